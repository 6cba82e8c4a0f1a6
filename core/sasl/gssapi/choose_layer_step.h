#ifndef SALLYPORT_CORE_SASL_GSSAPI_CHOOSE_LAYER_STEP_H_
#define SALLYPORT_CORE_SASL_GSSAPI_CHOOSE_LAYER_STEP_H_

// The client's answer to the server's offer of security layers: reads the library's
// configuration. Not thread-safe.

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"
#include "core/sasl/client_mechanism.h"

namespace sallyport {

class ChooseLayerStep : public SlowStep {
 public:
  // ChooseLayerStep goes on with the context that `context_token` is of.
  ChooseLayerStep(Secret context_token, std::string_view offer, std::string authorization_id)
      : context_token_(std::move(context_token)),
        offer_(offer),
        authorization_id_(std::move(authorization_id)) {}

  void Run() override { result_ = Choose(); }

  // result is what to send; a fault until Run has ended.
  std::variant<ServerFault, std::string>& result() { return result_; }

 private:
  std::variant<ServerFault, std::string> Choose() const;

  const Secret context_token_;
  const std::string offer_;
  const std::string authorization_id_;
  std::variant<ServerFault, std::string> result_ = ServerFault{"the work was not done"};
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_CHOOSE_LAYER_STEP_H_
