#ifndef SALLYPORT_CORE_SASL_PASSWORD_CREDENTIALS_H_
#define SALLYPORT_CORE_SASL_PASSWORD_CREDENTIALS_H_

// What a client needs to log in with a password, checked before anything is sent:
// the same in every mechanism. Pure.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/sasl/client_mechanism.h"

namespace sallyport {

// PreparedCredentials are ClientCredentials of which the authentication id and the
// password are prepared (RFC 4013).
struct PreparedCredentials {
  std::string authentication_id;
  // As it was given: the server prepares it.
  std::string authorization_id;
  Secret password;
};

// CheckPlainCredentials is for a mechanism that sends names and password as they are.
// InvalidArgument, which begins with `mechanism`, where the authentication id or the
// password is empty, or where one of the three is not UTF-8, is over kMaxFieldSize, or
// contains NUL.
absl::Status CheckPlainCredentials(const ClientCredentials& credentials,
                                   std::string_view mechanism);

// PrepareCredentials is for a mechanism that shows its knowledge of the password.
// InvalidArgument, which begins with `mechanism`, where the authentication id or the
// password cannot be prepared or is empty then, or where a name is too long.
absl::StatusOr<PreparedCredentials> PrepareCredentials(const ClientCredentials& credentials,
                                                       std::string_view mechanism);

// CheckNoOtherIdentity is for a mechanism that cannot carry an authorization id.
// InvalidArgument, which begins with `mechanism`, where one is asked for that is not
// the authentication id.
absl::Status CheckNoOtherIdentity(const ClientCredentials& credentials, std::string_view mechanism);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PASSWORD_CREDENTIALS_H_
