#ifndef SALLYPORT_CORE_SASL_GSSAPI_COMPLETE_STEP_H_
#define SALLYPORT_CORE_SASL_GSSAPI_COMPLETE_STEP_H_

// The end of the client's part of a Kerberos exchange: judges the server's proof.
// Not thread-safe.

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "core/sasl/client_mechanism.h"
#include "core/sasl/gssapi/initiate_step.h"
#include "core/sasl/gssapi/kerberos_context.h"

namespace sallyport {

class CompleteStep : public SlowStep {
 public:
  // CompleteStep goes on with the server's answer to `begun`.
  CompleteStep(Initiation begun, std::string_view token)
      : initiation_(std::move(begun)), token_(token) {}

  void Run() override { result_ = Complete(); }

  // result is a fault until Run has ended.
  std::variant<ServerFault, KerberosContext>& result() { return result_; }

 private:
  std::variant<ServerFault, KerberosContext> Complete();

  Initiation initiation_;
  const std::string token_;
  std::variant<ServerFault, KerberosContext> result_ = ServerFault{"the work was not done"};
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_COMPLETE_STEP_H_
