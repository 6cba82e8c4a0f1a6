#ifndef SALLYPORT_CORE_SASL_SINGLE_MESSAGE_CLIENT_H_
#define SALLYPORT_CORE_SASL_SINGLE_MESSAGE_CLIENT_H_

// The client's side of a mechanism that is one message and nothing more:
// ANONYMOUS, PLAIN, EXTERNAL. The server proves nothing. Not thread-safe.

#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/sasl/client_mechanism.h"

namespace sallyport {

// SingleMessageClient is one exchange.
class SingleMessageClient : public ClientMechanism {
 public:
  // SingleMessageClient sends `message` as its initial response. It is a Secret
  // since PLAIN's holds a password.
  explicit SingleMessageClient(Secret message) : message_(std::move(message)) {}

  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) override;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) override;
  absl::Status SaveState(StateWriter& state) const override;
  absl::Status RestoreState(StateReader& state) override;

 private:
  Secret message_;
  bool sent_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SINGLE_MESSAGE_CLIENT_H_
