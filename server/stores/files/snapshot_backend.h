#ifndef SALLYPORT_SERVER_STORES_FILES_SNAPSHOT_BACKEND_H_
#define SALLYPORT_SERVER_STORES_FILES_SNAPSHOT_BACKEND_H_

// A store whose users are all read from files at once and kept in memory. The files are
// watched; what cannot be read any more changes nothing but the log and Ping. Lookups are
// answered on the caller's thread. Thread-safe.

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "process/change_watcher.h"
#include "server/stores/files/user_snapshot.h"
#include "server/stores/files/user_source.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class SnapshotBackend final : public StoreBackend {
 public:
  // Create reads the files, and then looks for a change every `period`. It fails as
  // UserSource::Read does. `store` is the store's name, for logs; `changes` must outlive
  // the backend.
  static absl::StatusOr<std::unique_ptr<SnapshotBackend>> Create(std::string store,
                                                                 std::unique_ptr<UserSource> source,
                                                                 absl::Duration period,
                                                                 StoreChanges& changes);

  void Read(const UserKey& user, LookupDone done) override;
  // Ping is Unavailable where the users in use are not those that the files hold now.
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override;

 private:
  SnapshotBackend(std::string store, std::unique_ptr<UserSource> source, StoreChanges& changes);

  // Reads everything, and what it looked like. Fails with Unavailable also where the files
  // change all the time.
  absl::StatusOr<std::shared_ptr<UserSnapshot>> ReadSteadily(std::string* look);
  // Tells whether there is nothing to try again.
  bool Reload();
  void Use(std::shared_ptr<UserSnapshot> users);

  const std::string store_;
  const std::unique_ptr<UserSource> source_;
  StoreChanges& changes_;
  absl::Mutex mutex_;
  std::shared_ptr<const UserSnapshot> users_ ABSL_GUARDED_BY(mutex_);
  // Of the last attempt to read the files.
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  // Calls Reload, and so must end before what that uses.
  std::optional<process::ChangeWatcher> watcher_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_SNAPSHOT_BACKEND_H_
