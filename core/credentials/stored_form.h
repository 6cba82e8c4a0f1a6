#ifndef SALLYPORT_CORE_CREDENTIALS_STORED_FORM_H_
#define SALLYPORT_CORE_CREDENTIALS_STORED_FORM_H_

// The form in which names and passwords that somebody else wrote are stored: as SASLprep
// (RFC 4013) leaves them, since that is how logins ask for them. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/credentials/credential.h"

namespace sallyport {

// StoredName is a user's name as it is stored; nullopt where it cannot be one.
std::optional<std::string> StoredName(std::string_view name);

// IsDisplayable tells whether the text is not empty, UTF-8, and without control
// characters, as a group's name must be and an attribute's value.
bool IsDisplayable(std::string_view text);

// PreparePassword prepares a password in the clear; of other credentials it could not
// change anything. InvalidArgument where nothing of it is left.
absl::Status PreparePassword(Credential& credential);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_STORED_FORM_H_
