#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIRECTORY_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIRECTORY_H_

// The administrative side of the PostgreSQL store: a session of its own, made when it is
// first needed, and anew when it was lost. Each call is a transaction. Thread-safe.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/postgresql_dialer.h"
#include "server/stores/postgresql/postgresql_options.h"
#include "server/stores/postgresql/postgresql_session.h"
#include "server/stores/store_backend.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

class PostgresqlDirectory final : public UserDirectory {
 public:
  // `schema_status` says why the tables cannot be used, or OK. All must outlive the
  // directory.
  PostgresqlDirectory(const PostgresqlOptions& options, StoreChanges& changes,
                      std::function<absl::Status()> schema_status)
      : dialer_(options, interrupt_), changes_(changes), schema_status_(std::move(schema_status)) {}

  // ok is false where the system had no file descriptor left.
  bool ok() const { return interrupt_.fd() >= 0; }

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
  void Stop() override { interrupt_.Set(); }

 private:
  using Work = absl::FunctionRef<absl::Status(PostgresqlSession&)>;

  // Runs `work` in a transaction.
  absl::Status Transact(Work work);
  // Likewise, and tells of the change.
  absl::Status Write(const UserKey& user, Work work);
  absl::StatusOr<UserRecord> WriteAndRead(const UserKey& user, Work work);
  absl::Status Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Of its own: lookups outlast the operator's calls.
  Interrupt interrupt_;
  PostgresqlDialer dialer_;
  StoreChanges& changes_;
  const std::function<absl::Status()> schema_status_;
  absl::Mutex mutex_;
  std::optional<PostgresqlSession> session_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIRECTORY_H_
