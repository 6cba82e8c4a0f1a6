#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_BACKEND_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_BACKEND_H_

// The embedded store: users and their secrets in one SQLite file in WAL mode,
// which only its owner can open. Lookups run on the backend's own threads, each
// with a connection that only reads. A change through this object is told at once;
// one that another process makes to the same file is not noticed. Thread-safe.

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/outage_log.h"
#include "server/stores/session_pool.h"
#include "server/stores/sqlite/sqlite_account_reader.h"
#include "server/stores/sqlite/sqlite_connection.h"
#include "server/stores/store_backend.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

class SqliteBackend final : public StoreBackend, public UserDirectory {
 public:
  // Create creates the file, or brings its schema up to date. It fails with
  // FailedPrecondition (others can open the file, or a newer release wrote it),
  // DataLoss (no database, or a damaged one), InvalidArgument (no path) or
  // Unavailable. `changes` must outlive the backend.
  static absl::StatusOr<std::unique_ptr<SqliteBackend>> Create(const v1::SqliteStore& settings,
                                                               StoreChanges& changes);

  void Read(const UserKey& user, LookupDone done) override;
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override;
  UserDirectory* directory() override { return this; }
  std::vector<SessionCount> sessions() override {
    return {{"busy", readers_.busy()}, {"idle", readers_.idle()}};
  }

  absl::StatusOr<UserRecord> AddUser(const NewUser& user) override;
  absl::StatusOr<UserRecord> ReplaceCredentials(const UserKey& user,
                                                const NewCredentials& credentials) override;
  absl::StatusOr<UserRecord> ReplaceUser(const NewUser& user) override;
  absl::StatusOr<UserRecord> UpdateUser(const UserKey& user, const UserChange& change) override;
  absl::StatusOr<UserRecord> EditUser(const UserKey& user, Edit edit) override;
  absl::Status DeleteUser(const UserKey& user) override;
  absl::StatusOr<UserRecord> GetUser(const UserKey& user) override;
  absl::StatusOr<UserPage> ListUsers(std::string_view tenant, int page_size,
                                     std::string_view page_token) override;

 private:
  using Readers = std::vector<std::unique_ptr<SqliteAccountReader>>;

  SqliteBackend(StoreChanges& changes, std::unique_ptr<OutageLog> outages, SqliteConnection writer,
                Readers readers);

  // Runs `change` in a transaction and tells that the user has changed.
  template <typename Change>
  absl::Status Write(const UserKey& user, Change change);
  template <typename Change>
  absl::StatusOr<UserRecord> WriteAndRead(const UserKey& user, Change change);

  StoreChanges& changes_;
  const std::unique_ptr<OutageLog> outages_;
  absl::Mutex writer_mutex_;
  SqliteConnection writer_ ABSL_GUARDED_BY(writer_mutex_);
  SessionPool<SqliteAccountReader> readers_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_BACKEND_H_
