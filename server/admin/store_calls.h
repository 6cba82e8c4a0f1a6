#ifndef SALLYPORT_SERVER_ADMIN_STORE_CALLS_H_
#define SALLYPORT_SERVER_ADMIN_STORE_CALLS_H_

// admin.proto's calls about stores, also those that cannot be written. Thread-safe.

#include "absl/status/status.h"
#include "sallyport/v1/admin.pb.h"
#include "server/admin/admin_call.h"

namespace sallyport::server {

// ListStores is the active policy's stores, in its order.
v1::ListStoresResponse ListStores(const AdminCall& call);

absl::Status PingStore(const AdminCall& call, const v1::PingStoreRequest& request,
                       v1::PingStoreResponse* response);

// LookUpUser tells no part of a credential but its kind. It is as CredentialStore::Lookup
// where the store cannot be asked.
absl::Status LookUpUser(const AdminCall& call, const v1::LookUpUserRequest& request,
                        v1::LookUpUserResponse* response);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_STORE_CALLS_H_
