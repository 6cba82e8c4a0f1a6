#ifndef SALLYPORT_SERVER_STORES_SQLITE_STORE_H_
#define SALLYPORT_SERVER_STORES_SQLITE_STORE_H_

// The embedded store: users and their secrets in one SQLite file in WAL mode,
// which only its owner can open. Lookups run on the store's own threads, each
// with a connection that only reads, and are cached. A change through this
// object is seen at once; one that another process makes to the same file, within
// `cache_ttl`. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "server/stores/account_cache.h"
#include "server/stores/credential_store.h"
#include "server/stores/lookup_pool.h"
#include "server/stores/sqlite_connection.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

struct SqliteStoreOptions {
  // The store's name and tenant, as its accounts carry them.
  std::string name;
  // The file; it is created where it is missing.
  std::string path;
  std::string tenant;
  // At least 1.
  int reader_threads = 2;
  size_t max_queued_lookups = 4096;
  // Accounts.
  size_t cache_size = 65536;
  absl::Duration cache_ttl = absl::Seconds(60);
};

class SqliteStore : public CredentialStore, public UserDirectory {
 public:
  // Open creates the file, or brings its schema up to date. It fails with
  // FailedPrecondition (others can open the file, or a newer release wrote it),
  // DataLoss (no database, or a damaged one), InvalidArgument (the options) or
  // Unavailable.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(SqliteStoreOptions options);

  // decoy_key is 32 bytes that the file keeps, for DecoyScramKeys: the salts
  // of unknown users survive a restart.
  const Secret& decoy_key() const { return decoy_key_; }

  std::string_view name() const override { return name_; }
  std::optional<std::shared_ptr<const Account>> LookupCached(
      std::string_view authentication_id) override;
  void Lookup(std::string authentication_id, LookupDone done) override;

  absl::StatusOr<UserRecord> AddUser(const NewUser& user) override;
  absl::StatusOr<UserRecord> ReplaceCredentials(
      std::string_view name, const std::vector<Credential>& credentials) override;
  absl::StatusOr<UserRecord> SetDisabled(std::string_view name, bool disabled) override;
  absl::Status DeleteUser(std::string_view name) override;
  absl::StatusOr<UserRecord> GetUser(std::string_view name) override;
  absl::StatusOr<UserPage> ListUsers(int page_size, std::string_view page_token) override;

 private:
  SqliteStore(const SqliteStoreOptions& options, SqliteConnection writer, Secret decoy_key,
              std::vector<LookupPool::Reader> readers);

  // Runs `change` in a transaction and forgets what is cached of the user.
  template <typename Change>
  absl::Status Write(std::string_view name, Change change);
  template <typename Change>
  absl::StatusOr<UserRecord> WriteAndRead(std::string_view name, Change change);

  const std::string name_;
  const Secret decoy_key_;
  absl::Mutex writer_mutex_;
  SqliteConnection writer_ ABSL_GUARDED_BY(writer_mutex_);
  AccountCache cache_;
  LookupPool pool_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_STORE_H_
