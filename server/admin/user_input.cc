#include "server/admin/user_input.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport::server {
namespace {

// `what` is "name" or "password"; the text itself is never told.
absl::StatusOr<std::string> Judge(std::string_view what, size_t limit,
                                  std::optional<std::string> prepared) {
  if (!prepared.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", std::string(what), " has a character that RFC 4013 does not allow in it"));
  }
  if (prepared->empty() || prepared->size() > limit) {
    const bool empty = prepared->empty();
    Wipe(&*prepared);
    return absl::InvalidArgumentError(
        absl::StrCat("the ", std::string(what),
                     empty ? " is empty" : absl::StrCat(" is longer than ", limit, " bytes")));
  }
  std::string text = *prepared;
  Wipe(&*prepared);
  return text;
}

}  // namespace

absl::StatusOr<std::string> PrepareName(const std::string& name) {
  return Judge("name", kMaxUserNameSize, SaslPrepStored(name));
}

absl::StatusOr<std::string> PreparePassword(const std::string& password) {
  return Judge("password", kMaxPasswordSize, SaslPrepStored(password));
}

absl::StatusOr<std::string> PreparePresentedName(const std::string& name) {
  return Judge("name", kMaxUserNameSize, SaslPrepQuery(name));
}

absl::Status CheckTenant(const std::string& tenant) {
  const bool has_control = std::any_of(tenant.begin(), tenant.end(),
                                       [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (!has_control && tenant.size() <= kMaxTenantNameSize) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a tenant's name has at most ", kMaxTenantNameSize,
                                                 " bytes, and no control characters"));
}

absl::Status CheckGroups(const std::vector<std::string>& groups) {
  if (groups.size() > kMaxGroups) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxGroups, " groups"));
  }
  for (const std::string& group : groups) {
    if (group.empty() || group.size() > kMaxGroupSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("a group's name must have from 1 to ", kMaxGroupSize, " bytes"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAttributes(const std::map<std::string, std::string>& attributes) {
  if (attributes.size() > kMaxAttributes) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxAttributes, " attributes"));
  }
  size_t size = 0;
  for (const auto& [name, value] : attributes) {
    if (name.empty() || name.size() > kMaxAttributeNameSize) {
      return absl::InvalidArgumentError(absl::StrCat("an attribute's name must have from 1 to ",
                                                     kMaxAttributeNameSize, " bytes"));
    }
    size += name.size() + value.size();
  }
  if (size <= kMaxAttributesSize) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a user's attributes have more than ", kMaxAttributesSize, " bytes"));
}

}  // namespace sallyport::server
