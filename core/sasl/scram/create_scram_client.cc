#include <optional>
#include <utility>

#include "core/amqp/utf8.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/saslprep/saslprep.h"
#include "core/sasl/scram/scram.h"
#include "core/sasl/scram/scram_client.h"

namespace sallyport {
namespace {

// The server prepares it; only what would break the message is refused here.
bool IsAuthorizationId(std::string_view name) {
  return name.size() <= kMaxFieldSize && amqp::IsUtf8(name) &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateScramClient(
    const ScramVariant& variant, const ClientMechanismContext& context, std::string nonce) {
  const ClientCredentials& credentials = *context.credentials;
  if (nonce.empty()) return absl::InvalidArgumentError("SCRAM needs a nonce");
  if (variant.plus && context.channel_bindings.empty()) {
    return absl::InvalidArgumentError("SCRAM -PLUS needs a channel binding");
  }
  std::optional<std::string> name = SaslPrepQuery(credentials.authentication_id);
  if (!name.has_value() || name->empty() || name->size() > kMaxFieldSize) {
    return absl::InvalidArgumentError("SCRAM: the authentication id cannot be prepared");
  }
  if (!IsAuthorizationId(credentials.authorization_id)) {
    return absl::InvalidArgumentError(
        "SCRAM: the authorization id must be UTF-8 without NUL, up to 1024 bytes");
  }
  std::optional<std::string> password = SaslPrepQuery(credentials.password.view());
  if (!password.has_value() || password->empty()) {
    return absl::InvalidArgumentError("SCRAM: the password cannot be prepared");
  }

  ScramLogin login;
  login.authentication_id = *std::move(name);
  login.authorization_id = credentials.authorization_id;
  login.password = Secret(*password);
  Wipe(&*password);
  login.nonce = std::move(nonce);
  if (variant.plus) login.binding = &context.channel_bindings.front();
  login.binding_not_offered = !context.channel_bindings.empty() && !context.plus_offered;
  return std::make_unique<ScramClient>(variant.hash, std::move(login));
}

}  // namespace sallyport
