#ifndef SALLYPORT_SERVER_STORES_FILES_DIRECTORY_SOURCE_H_
#define SALLYPORT_SERVER_STORES_FILES_DIRECTORY_SOURCE_H_

// Users in a directory, each in a file of their own (server/stores/files/user_file.h),
// whose name is the user's with what a file's name cannot hold percent-encoded. Where
// users are kept apart by tenant, they are in a directory of the tenant's name, encoded
// likewise. The directory, and each tenant's, may be a Secret that Kubernetes mounted.
//
// A user whom two files name, and one whose file cannot be read, cannot log in.

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/stores/files/user_source.h"

namespace sallyport::server {

// kMaxUserFileSize is the size in bytes of one user's file.
inline constexpr size_t kMaxUserFileSize = 16 << 10;

class DirectorySource final : public UserSource {
 public:
  DirectorySource(std::string path, bool per_tenant);

  const std::string& path() const override { return path_; }
  std::string Look() override;
  absl::StatusOr<std::shared_ptr<UserSnapshot>> Read() override;

 private:
  const std::string path_;
  const bool per_tenant_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_DIRECTORY_SOURCE_H_
