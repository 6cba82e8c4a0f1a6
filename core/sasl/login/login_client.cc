#include <string>
#include <utility>

#include "core/credentials/secret.h"
#include "core/sasl/answering_client.h"
#include "core/sasl/login/login.h"
#include "core/sasl/password_credentials.h"

namespace sallyport {
namespace {

class LoginClient : public AnsweringClient {
 public:
  LoginClient(std::string name, Secret password)
      : AnsweringClient(2), name_(std::move(name)), password_(std::move(password)) {}

 private:
  absl::StatusOr<ClientStepResult> Answer(uint64_t answered, std::string_view) override {
    return ClientResponse{answered == 0 ? name_ : std::string(password_.view())};
  }

  const std::string name_;
  const Secret password_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateLoginClient(
    const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  absl::Status usable = CheckPlainCredentials(credentials, kLogin.name);
  if (usable.ok()) usable = CheckNoOtherIdentity(credentials, kLogin.name);
  if (!usable.ok()) return usable;
  return std::make_unique<LoginClient>(credentials.authentication_id, credentials.password);
}

}  // namespace sallyport
