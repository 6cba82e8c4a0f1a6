#ifndef SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_SOURCE_H_
#define SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_SOURCE_H_

// Users in one file, a line for each credential, as core/credentials/password_line.h
// describes them; and perhaps their groups in another, in Apache's form:
//
//   <group>: <user> <user> ...

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/stores/files/user_source.h"

namespace sallyport::server {

class FlatFileSource final : public UserSource {
 public:
  // `groups_path` may be empty.
  FlatFileSource(std::string path, std::string groups_path);

  const std::string& path() const override { return path_; }
  std::string Look() override;
  absl::StatusOr<std::shared_ptr<UserSnapshot>> Read() override;

 private:
  absl::StatusOr<std::shared_ptr<UserSnapshot>> ReadGroups(
      std::shared_ptr<UserSnapshot> snapshot) const;

  const std::string path_;
  const std::string groups_path_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_FLAT_FILE_SOURCE_H_
