#include <string>
#include <utility>

#include "core/sasl/login/login.h"
#include "core/sasl/password_login.h"
#include "core/sasl/prepared_names.h"

namespace sallyport {
namespace {

// Those of the draft are "User Name" and "Password"; these are what clients know.
constexpr std::string_view kNamePrompt = "Username:";
constexpr std::string_view kPasswordPrompt = "Password:";

class LoginServer : public PasswordLogin {
 public:
  explicit LoginServer(const ServerMechanismSettings& settings)
      : PasswordLogin(Opening::kEither, settings) {}

 private:
  StepResult FirstChallenge() override { return Challenge{std::string(kNamePrompt)}; }
  StepResult FirstMessage(std::string_view message) override;
  StepResult NextMessage(std::string_view message) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  // As it was sent; empty while it is asked for.
  std::string name_;
};

StepResult LoginServer::FirstMessage(std::string_view message) {
  const auto names = PrepareNames(message, "", kLogin.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  name_ = message;
  return Challenge{std::string(kPasswordPrompt)};
}

StepResult LoginServer::NextMessage(std::string_view message) {
  if (name_.empty()) return FirstMessage(message);
  auto names = PrepareNames(name_, "", kLogin.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  return Check(std::get<CredentialQuery>(std::move(names)), message);
}

absl::Status LoginServer::SaveMessages(StateWriter& state) const {
  state.Bytes(name_);
  return absl::OkStatus();
}

absl::Status LoginServer::RestoreMessages(StateReader& state) {
  name_ = state.Bytes();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateLoginServer(
    const ServerMechanismContext& context) {
  return std::make_unique<LoginServer>(*context.settings);
}

}  // namespace sallyport
