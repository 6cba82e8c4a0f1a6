#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_ACCOUNT_READER_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_ACCOUNT_READER_H_

// A connection of its own that reads accounts for logins. One thread at a time.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/stores/outage_log.h"
#include "server/stores/sqlite/sqlite_connection.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class SqliteAccountReader {
 public:
  // Open opens `path`, which the schema must be in, to read only. `outages` hears
  // whether the file can be read, and must outlive the reader.
  static absl::StatusOr<std::unique_ptr<SqliteAccountReader>> Open(const std::string& path,
                                                                   OutageLog& outages);

  // Read is the account, null where there is no such user, or Unavailable: also
  // where the user's row is damaged, which is logged. A stored credential that cannot
  // be parsed is left out, and logged.
  LookupResult Read(const UserKey& user);

  // Ping is Unavailable where Read would be for everybody.
  absl::Status Ping();

 private:
  SqliteAccountReader(const std::string& path, OutageLog& outages, SqliteConnection connection,
                      SqliteStatement select);

  // Reads to the last row; null where there is none. `damage` is what is wrong with
  // the user's row.
  absl::StatusOr<std::shared_ptr<const Account>> ReadRows(const UserKey& user,
                                                          absl::Status* damage);
  absl::Status ReadUser(Account* account) const;
  void ReadCredential(Account* account) const;

  const std::string path_;
  OutageLog& outages_;
  SqliteConnection connection_;
  SqliteStatement select_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_ACCOUNT_READER_H_
