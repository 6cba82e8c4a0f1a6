#include <string>
#include <utility>

#include "core/credentials/secret.h"
#include "core/sasl/password_credentials.h"
#include "core/sasl/plain/plain.h"
#include "core/sasl/plain/plain_message.h"
#include "core/sasl/single_message_client.h"

namespace sallyport {

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreatePlainClient(
    const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  absl::Status usable = CheckPlainCredentials(credentials, kPlain.name);
  if (!usable.ok()) return usable;
  std::string bytes = FormatPlainMessage(
      {credentials.authorization_id, credentials.authentication_id, credentials.password.view()});
  Secret secret(bytes);
  Wipe(&bytes);
  return std::make_unique<SingleMessageClient>(std::move(secret));
}

}  // namespace sallyport
