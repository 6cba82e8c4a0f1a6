#ifndef SALLYPORT_SERVER_STORES_SQLITE_ACCOUNT_READER_H_
#define SALLYPORT_SERVER_STORES_SQLITE_ACCOUNT_READER_H_

// A connection of its own that reads accounts for logins. One thread at a time.

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/stores/credential_store.h"
#include "server/stores/sqlite_connection.h"

namespace sallyport::server {

class SqliteAccountReader {
 public:
  // Open opens `path`, which the schema must be in, to read only. Accounts
  // carry `store` and `tenant`.
  static absl::StatusOr<SqliteAccountReader> Open(const std::string& path, std::string store,
                                                  std::string tenant);

  // Read is the account, null where there is no such user, or Unavailable. A
  // stored credential that cannot be parsed is left out, and logged.
  LookupResult Read(std::string_view authentication_id);

 private:
  SqliteAccountReader(SqliteConnection connection, SqliteStatement select, std::string store,
                      std::string tenant);

  absl::StatusOr<std::shared_ptr<const Account>> ReadRows(std::string_view authentication_id);
  absl::StatusOr<std::shared_ptr<Account>> ReadUser(std::string_view authentication_id) const;
  void ReadCredential(Account* account) const;

  SqliteConnection connection_;
  SqliteStatement select_;
  std::string store_;
  std::string tenant_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_ACCOUNT_READER_H_
