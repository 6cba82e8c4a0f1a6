#include <optional>
#include <utility>

#include "core/sasl/password_login.h"
#include "core/sasl/plain/plain.h"
#include "core/sasl/plain/plain_message.h"
#include "core/sasl/prepared_names.h"

namespace sallyport {
namespace {

class PlainServer : public PasswordLogin {
 public:
  explicit PlainServer(const ServerMechanismSettings& settings)
      : PasswordLogin(Opening::kClient, settings) {}

 private:
  StepResult FirstMessage(std::string_view message) override {
    const std::optional<PlainMessage> plain = ParsePlainMessage(message);
    if (!plain.has_value()) {
      return Failure{FailureReason::kMalformedMessage, "not [authzid] NUL authcid NUL passwd"};
    }
    auto names = PrepareNames(plain->authentication_id, plain->authorization_id, kPlain.name);
    if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
    return Check(std::get<CredentialQuery>(std::move(names)), plain->password);
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreatePlainServer(
    const ServerMechanismContext& context) {
  return std::make_unique<PlainServer>(*context.settings);
}

}  // namespace sallyport
