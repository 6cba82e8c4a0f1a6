#include "server/stores/files/flat_file_backend.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/stores/files/flat_file_source.h"
#include "server/stores/files/snapshot_backend.h"

namespace sallyport::server {

absl::StatusOr<std::unique_ptr<StoreBackend>> CreateFlatFileBackend(const v1::FileStore& settings,
                                                                    const std::string& store,
                                                                    bool per_tenant,
                                                                    StoreChanges& changes,
                                                                    absl::Duration period) {
  if (settings.path().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("store ", store, ": file.path is missing"));
  }
  if (per_tenant) {
    return absl::InvalidArgumentError(
        absl::StrCat("store ", store,
                     ": a file cannot keep users apart by tenant; drop per_tenant, and give each "
                     "tenant a store of its own, or use a directory"));
  }
  auto backend = SnapshotBackend::Create(
      store, std::make_unique<FlatFileSource>(settings.path(), settings.groups_path()), period,
      changes);
  if (backend.ok()) return *std::move(backend);
  return absl::InvalidArgumentError(
      absl::StrCat("store ", store, ": ", backend.status().message()));
}

}  // namespace sallyport::server
