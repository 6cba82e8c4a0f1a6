#ifndef SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_BACKEND_H_
#define SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_BACKEND_H_

// The store of v1::FileStore.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/sallyport/v1/policy.pb.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

// CreateFlatFileBackend reads the users of the store that policy names `store`, and looks
// for changes every `period`. It fails with InvalidArgument where there is no path, where
// users are to be kept apart by tenant, which one file cannot, and where the file cannot
// be read; the message says which and what to do.
absl::StatusOr<std::unique_ptr<StoreBackend>> CreateFlatFileBackend(
    const v1::FileStore& settings, const std::string& store, bool per_tenant, StoreChanges& changes,
    absl::Duration period = absl::Seconds(1));

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_BACKEND_H_
