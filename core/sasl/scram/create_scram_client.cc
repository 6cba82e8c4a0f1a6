#include <utility>

#include "core/sasl/password_credentials.h"
#include "core/sasl/scram/scram.h"
#include "core/sasl/scram/scram_client.h"

namespace sallyport {

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateScramClient(
    const ScramVariant& variant, const ClientMechanismContext& context, std::string nonce) {
  if (nonce.empty()) return absl::InvalidArgumentError("SCRAM needs a nonce");
  if (variant.plus && context.channel_bindings.empty()) {
    return absl::InvalidArgumentError("SCRAM -PLUS needs a channel binding");
  }
  auto prepared = PrepareCredentials(*context.credentials, "SCRAM");
  if (!prepared.ok()) return prepared.status();

  ScramLogin login;
  login.authentication_id = std::move(prepared->authentication_id);
  login.authorization_id = std::move(prepared->authorization_id);
  login.password = std::move(prepared->password);
  login.nonce = std::move(nonce);
  if (variant.plus) login.binding = &context.channel_bindings.front();
  login.binding_not_offered = !context.channel_bindings.empty() && !context.plus_offered;
  return std::make_unique<ScramClient>(variant.hash, std::move(login));
}

}  // namespace sallyport
