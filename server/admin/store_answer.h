#ifndef SALLYPORT_SERVER_ADMIN_STORE_ANSWER_H_
#define SALLYPORT_SERVER_ADMIN_STORE_ANSWER_H_

// Waits for a store's answers on a thread of the operator's calls: within the store's own
// limits of time, and no longer than the call lasts, whose end (also by the server's) is
// Cancelled. Thread-safe.

#include <grpcpp/server_context.h>

#include <string_view>

#include "absl/status/status.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

LookupResult AwaitLookup(const grpc::ServerContextBase& call, CredentialStore& store,
                         std::string_view tenant, std::string_view name);

absl::Status AwaitPing(const grpc::ServerContextBase& call, CredentialStore& store);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_STORE_ANSWER_H_
