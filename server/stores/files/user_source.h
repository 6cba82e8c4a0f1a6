#ifndef SALLYPORT_SERVER_STORES_FILES_USER_SOURCE_H_
#define SALLYPORT_SERVER_STORES_FILES_USER_SOURCE_H_

// Files that hold users. Asked by one thread at a time.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/stores/files/user_snapshot.h"

namespace sallyport::server {

class UserSource {
 public:
  virtual ~UserSource() = default;

  // path is where the files are, for logs.
  virtual const std::string& path() const = 0;

  // Look gives another text whenever Read could give something else. It reads no file.
  virtual std::string Look() = 0;

  // Read reads everything. It fails where it cannot tell who the users are; whatever
  // concerns a single user is a problem of the snapshot's. A message says which file,
  // what is wrong and what to do.
  virtual absl::StatusOr<std::shared_ptr<UserSnapshot>> Read() = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_USER_SOURCE_H_
