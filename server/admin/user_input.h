#ifndef SALLYPORT_SERVER_ADMIN_USER_INPUT_H_
#define SALLYPORT_SERVER_ADMIN_USER_INPUT_H_

// What an operator may have stored of a user: prepared (RFC 4013), and within limits.
// InvalidArgument says what is wrong, and never the password. Thread-safe.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sallyport::server {

// Limits in bytes as prepared, and in number.
inline constexpr size_t kMaxUserNameSize = 255;
inline constexpr size_t kMaxTenantNameSize = 255;
inline constexpr size_t kMaxPasswordSize = 1024;
inline constexpr size_t kMaxGroupSize = 255;
inline constexpr size_t kMaxGroups = 64;
inline constexpr size_t kMaxAttributeNameSize = 255;
inline constexpr size_t kMaxAttributes = 64;
// Of all names and values of a user's attributes.
inline constexpr size_t kMaxAttributesSize = 16 << 10;

// PrepareName and PreparePassword are what is stored. The password is for the caller to
// wipe.
absl::StatusOr<std::string> PrepareName(const std::string& name);
absl::StatusOr<std::string> PreparePassword(const std::string& password);

// PreparePresentedName is the name that a store is asked for when a client presents it.
absl::StatusOr<std::string> PreparePresentedName(const std::string& name);

absl::Status CheckTenant(const std::string& tenant);
absl::Status CheckGroups(const std::vector<std::string>& groups);
absl::Status CheckAttributes(const std::map<std::string, std::string>& attributes);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_USER_INPUT_H_
