#include "server/admin/writable_stores.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sallyport::server {

absl::StatusOr<std::shared_ptr<CredentialStore>> FindWritableStore(
    std::span<const std::shared_ptr<CredentialStore>> stores, std::string_view name) {
  std::vector<std::shared_ptr<CredentialStore>> writable;
  for (const auto& store : stores) {
    if (store->directory() != nullptr) writable.push_back(store);
  }
  if (writable.empty()) {
    return absl::FailedPreconditionError(
        "no store can be written from here: its users are managed where they are kept");
  }
  if (name.empty() && writable.size() == 1) return writable.front();
  for (const auto& store : writable) {
    if (store->name() == name) return store;
  }
  const std::string names = absl::StrJoin(writable, ", ", [](std::string* out, const auto& store) {
    absl::StrAppend(out, store->name());
  });
  if (name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("name one of the stores: ", names));
  }
  const bool exists = std::any_of(stores.begin(), stores.end(),
                                  [name](const auto& store) { return store->name() == name; });
  return absl::InvalidArgumentError(
      absl::StrCat(exists ? "this store cannot be written: '" : "there is no store '",
                   std::string(name), "'; name one of: ", names));
}

}  // namespace sallyport::server
