#ifndef SALLYPORT_TESTS_CORE_SASL_GSS_PEER_H_
#define SALLYPORT_TESTS_CORE_SASL_GSS_PEER_H_

// One side of a GSS-API exchange at the level of the library's calls, for tests
// that need a peer which does what no good one would. In tests only. Not
// thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "core/sasl/gssapi/gss_handle.h"

namespace sallyport {

class GssPeer {
 public:
  enum class Side { kInitiator, kAcceptor };

  // GssPeer uses the process's tickets for amqp@localhost, or its keytab. `flags`
  // are what an initiator asks for, by `mechanism`.
  explicit GssPeer(Side side, OM_uint32 flags = GSS_C_MUTUAL_FLAG,
                   const gss_OID_desc* mechanism = gss_mech_krb5);

  // Step takes the other side's token, nullopt at an initiator's start, and gives
  // what to send, which may be empty. An error is the test's.
  std::string Step(std::optional<std::string_view> token);

  // Fail is as Step, where the library does not take the token: what it sends even
  // so. Where it does take it, that is the test's error.
  std::string Fail(std::string_view token);

  // established is whether the exchange is over.
  bool established() const { return established_; }

  // Wrap protects any message; an error is the test's.
  std::string Wrap(std::string_view message, bool encrypt = false);

  // Unwrap is nullopt for a token that is not a good one.
  std::optional<std::string> Unwrap(std::string_view token);

 private:
  GssStatus Advance(std::optional<std::string_view> token, GssBuffer& output);

  const Side side_;
  const OM_uint32 flags_;
  const gss_OID mechanism_;
  GssName target_;
  GssContext context_;
  bool established_ = false;
};

// SpnegoMechanism is what negotiates another mechanism (RFC 4178).
const gss_OID_desc* SpnegoMechanism();

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_GSS_PEER_H_
