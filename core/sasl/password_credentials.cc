#include "core/sasl/password_credentials.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/amqp/utf8.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport {
namespace {

bool IsField(std::string_view text) {
  return text.size() <= kMaxFieldSize && amqp::IsUtf8(text) &&
         text.find('\0') == std::string_view::npos;
}

absl::Status Refuse(std::string_view mechanism, const char* why) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(mechanism), ": ", why));
}

}  // namespace

absl::Status CheckPlainCredentials(const ClientCredentials& credentials,
                                   std::string_view mechanism) {
  if (credentials.authentication_id.empty() || credentials.password.empty()) {
    return Refuse(mechanism, "it needs an authentication id and a password");
  }
  if (!IsField(credentials.authorization_id) || !IsField(credentials.authentication_id) ||
      !IsField(credentials.password.view())) {
    return Refuse(mechanism, "names and password must be UTF-8 without NUL, up to 1024 bytes each");
  }
  return absl::OkStatus();
}

absl::StatusOr<PreparedCredentials> PrepareCredentials(const ClientCredentials& credentials,
                                                       std::string_view mechanism) {
  std::optional<std::string> name = SaslPrepQuery(credentials.authentication_id);
  if (!name.has_value() || name->empty() || name->size() > kMaxFieldSize) {
    return Refuse(mechanism, "the authentication id cannot be prepared");
  }
  if (!IsField(credentials.authorization_id)) {
    return Refuse(mechanism, "the authorization id must be UTF-8 without NUL, up to 1024 bytes");
  }
  std::optional<std::string> password = SaslPrepQuery(credentials.password.view());
  if (!password.has_value() || password->empty()) {
    return Refuse(mechanism, "the password cannot be prepared");
  }
  PreparedCredentials prepared = {*std::move(name), credentials.authorization_id,
                                  Secret(*password)};
  Wipe(&*password);
  return prepared;
}

absl::Status CheckNoOtherIdentity(const ClientCredentials& credentials,
                                  std::string_view mechanism) {
  if (credentials.authorization_id.empty() ||
      credentials.authorization_id == credentials.authentication_id) {
    return absl::OkStatus();
  }
  return Refuse(mechanism, "it cannot carry an authorization id");
}

}  // namespace sallyport
