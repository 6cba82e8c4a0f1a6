#ifndef SALLYPORT_CORE_SASL_GSSAPI_ACCEPT_STEP_H_
#define SALLYPORT_CORE_SASL_GSSAPI_ACCEPT_STEP_H_

// The server's part of a Kerberos exchange: reads the keytab and the replay cache,
// and judges the client's ticket. Not thread-safe.

#include <string>
#include <string_view>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "core/sasl/gssapi/kerberos_context.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// Acceptance is a client whose ticket is good.
struct Acceptance {
  KerberosContext context;
  // What proves us to the client; empty where it did not ask for that.
  std::string reply;
  // kNoLayerOffer, wrapped.
  std::string layer_offer;
};

class AcceptStep : public SlowStep {
 public:
  // AcceptStep is to judge `token`, which passes IsKerberosRequest.
  AcceptStep(const KerberosSettings& settings, std::string_view token)
      : settings_(settings), token_(token) {}

  void Run() override;

  // result is kInternal until Run has ended.
  std::variant<Failure, Acceptance>& result() { return result_; }

 private:
  std::variant<Failure, GssCredential> AcquireKeys() const;
  std::variant<Failure, Acceptance> Accept() const;

  const KerberosSettings settings_;
  const std::string token_;
  std::variant<Failure, Acceptance> result_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_ACCEPT_STEP_H_
