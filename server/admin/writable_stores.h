#ifndef SALLYPORT_SERVER_ADMIN_WRITABLE_STORES_H_
#define SALLYPORT_SERVER_ADMIN_WRITABLE_STORES_H_

// How an operator's request names the store that it is about. Thread-safe.

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

// FindWritableStore finds it among `stores`; an empty name is that of the only one that can
// be written. InvalidArgument lists those that can be, FailedPrecondition says that
// none can be.
absl::StatusOr<std::shared_ptr<CredentialStore>> FindWritableStore(
    std::span<const std::shared_ptr<CredentialStore>> stores, std::string_view name);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_WRITABLE_STORES_H_
