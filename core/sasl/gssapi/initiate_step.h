#ifndef SALLYPORT_CORE_SASL_GSSAPI_INITIATE_STEP_H_
#define SALLYPORT_CORE_SASL_GSSAPI_INITIATE_STEP_H_

// The beginning of the client's part of a Kerberos exchange: reads the credential
// cache, and asks the KDC for a ticket. Not thread-safe.

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/credentials/key_derivation.h"
#include "core/sasl/gssapi/gss_handle.h"

namespace sallyport {

// InitiatorSettings say who logs in to what.
struct InitiatorSettings {
  // As Kerberos writes it; empty: whose the credentials are.
  std::string principal;
  // "amqp@broker.example".
  std::string target;
  // Empty: the library's defaults.
  std::string ccache;
  std::string keytab;
};

// Initiation is a context that waits for the server's token.
struct Initiation {
  GssCredential credentials;
  GssName target;
  GssContext context;
  // To be sent to the server.
  std::string token;
};

class InitiateStep : public SlowStep {
 public:
  explicit InitiateStep(InitiatorSettings settings) : settings_(std::move(settings)) {}

  void Run() override { result_ = Initiate(); }

  // result is an error until Run has ended. An error is for the person who logs in.
  absl::StatusOr<Initiation>& result() { return result_; }

 private:
  absl::Status AcquireCredentials(Initiation& initiation) const;
  absl::StatusOr<Initiation> Initiate() const;

  const InitiatorSettings settings_;
  absl::StatusOr<Initiation> result_;
};

// AdvanceContext takes one step of gss_init_sec_context: with an empty `token` the
// first.
GssStatus AdvanceContext(Initiation& initiation, std::string_view token, GssBuffer& reply,
                         OM_uint32& flags);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_INITIATE_STEP_H_
