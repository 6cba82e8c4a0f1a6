#include <string>
#include <utility>

#include "core/amqp/utf8.h"
#include "core/credentials/secret.h"
#include "core/sasl/plain/plain.h"
#include "core/sasl/plain/plain_message.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/single_message_client.h"

namespace sallyport {
namespace {

bool IsField(std::string_view text) {
  return text.size() <= kMaxFieldSize && amqp::IsUtf8(text) &&
         text.find('\0') == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreatePlainClient(
    const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  const PlainMessage message = {credentials.authorization_id, credentials.authentication_id,
                                credentials.password.view()};
  if (message.authentication_id.empty() || message.password.empty()) {
    return absl::InvalidArgumentError("PLAIN needs an authentication id and a password");
  }
  if (!IsField(message.authorization_id) || !IsField(message.authentication_id) ||
      !IsField(message.password)) {
    return absl::InvalidArgumentError(
        "PLAIN: names and password must be UTF-8 without NUL, up to 1024 bytes each");
  }
  std::string bytes = FormatPlainMessage(message);
  Secret secret(bytes);
  Wipe(&bytes);
  return std::make_unique<SingleMessageClient>(std::move(secret));
}

}  // namespace sallyport
