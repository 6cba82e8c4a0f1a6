#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_FILE_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_FILE_H_

// Who may open a database of secrets is settled here, before SQLite touches it.

#include <string>

#include "absl/status/status.h"

namespace sallyport::server {

// PrepareSqliteFile makes sure that `path` is a file which only its owner (and
// at most its group, which a volume may impose) can open: it is created empty
// with mode 0600, and a missing directory, one level of it, with mode 0700.
// FailedPrecondition where others can open the file or replace it in its
// directory, or it is no regular file; Unavailable where it cannot be made.
absl::Status PrepareSqliteFile(const std::string& path);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_FILE_H_
