#include "core/amqp/utf8.h"
#include "core/sasl/external/external.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/single_message_client.h"

namespace sallyport {

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateExternalClient(
    const ClientMechanismContext& context) {
  const std::string_view authzid = context.credentials->authorization_id;
  if (authzid.size() > kMaxFieldSize || !amqp::IsUtf8(authzid) ||
      authzid.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "EXTERNAL: the authorization id must be UTF-8 without NUL, up to 1024 bytes");
  }
  return std::make_unique<SingleMessageClient>(Secret(authzid));
}

}  // namespace sallyport
