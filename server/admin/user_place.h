#ifndef SALLYPORT_SERVER_ADMIN_USER_PLACE_H_
#define SALLYPORT_SERVER_ADMIN_USER_PLACE_H_

// Where the users are that a request is about. Thread-safe.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/audit_event.h"
#include "server/policy/active_policy.h"
#include "server/stores/credential_store.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// UserPlace is a store that can be written, and a tenant in it, where it has such.
struct UserPlace {
  std::shared_ptr<CredentialStore> store;
  std::string tenant;

  UserDirectory& directory() const { return *store->directory(); }
};

// UserSubject is the user whom a request is about.
struct UserSubject {
  UserPlace place;
  UserKey key;
};

// CheckTenantOf is InvalidArgument where the store keeps its users apart by tenant and
// none is named, or the reverse.
absl::Status CheckTenantOf(const CredentialStore& store, const std::string& tenant);

// FindPlace is as FindWritableStore and CheckTenantOf.
absl::StatusOr<UserPlace> FindPlace(const ActivePolicy& active, const std::string& store,
                                    const std::string& tenant);

// FindSubject prepares the user's name, and tells `record`, which may be null, who is
// meant.
absl::StatusOr<UserSubject> FindSubject(const ActivePolicy& active, const std::string& store,
                                        const std::string& tenant, const std::string& name,
                                        audit::ChangeRecord* record);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_USER_PLACE_H_
