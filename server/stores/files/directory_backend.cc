#include "server/stores/files/directory_backend.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/stores/files/directory_source.h"
#include "server/stores/files/snapshot_backend.h"

namespace sallyport::server {

absl::StatusOr<std::unique_ptr<StoreBackend>> CreateDirectoryBackend(
    const v1::DirectoryStore& settings, const std::string& store, bool per_tenant,
    StoreChanges& changes, absl::Duration period) {
  if (settings.path().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("store ", store, ": directory.path is missing"));
  }
  auto backend = SnapshotBackend::Create(
      store, std::make_unique<DirectorySource>(settings.path(), per_tenant), period, changes);
  if (backend.ok()) return *std::move(backend);
  return absl::InvalidArgumentError(
      absl::StrCat("store ", store, ": ", backend.status().message()));
}

}  // namespace sallyport::server
