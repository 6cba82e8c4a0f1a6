#include "server/admin/user_place.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/user_input.h"
#include "server/admin/writable_stores.h"

namespace sallyport::server {

absl::Status CheckTenantOf(const CredentialStore& store, const std::string& tenant) {
  if (absl::Status status = CheckTenant(tenant); !status.ok()) return status;
  if (store.per_tenant() && tenant.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the store '", store.name(), "' keeps its users apart by tenant: name a tenant"));
  }
  if (!store.per_tenant() && !tenant.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the users of the store '", store.name(),
                                                   "' are those of all tenants: name none"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UserPlace> FindPlace(const ActivePolicy& active, const std::string& store,
                                    const std::string& tenant) {
  auto found = FindWritableStore(active.stores, store);
  if (!found.ok()) return found.status();
  if (absl::Status status = CheckTenantOf(**found, tenant); !status.ok()) return status;
  return UserPlace{*std::move(found), tenant};
}

absl::StatusOr<UserSubject> FindSubject(const ActivePolicy& active, const std::string& store,
                                        const std::string& tenant, const std::string& name,
                                        audit::ChangeRecord* record) {
  absl::StatusOr<UserPlace> place = FindPlace(active, store, tenant);
  if (!place.ok()) return place.status();
  if (record != nullptr) record->store = place->store->name();
  absl::StatusOr<std::string> prepared = PrepareName(name);
  if (!prepared.ok()) return prepared.status();
  UserKey key{place->tenant, *std::move(prepared)};
  if (record != nullptr) record->user = key.name;
  return UserSubject{*std::move(place), std::move(key)};
}

}  // namespace sallyport::server
