#ifndef SALLYPORT_CTL_IMPORT_USER_LIST_H_
#define SALLYPORT_CTL_IMPORT_USER_LIST_H_

// Gathers the users of one file. Not thread-safe.

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ctl/import/imported_user.h"

namespace sallyport::ctl {

class UserList {
 public:
  // Problem notes what does not carry over; nothing where the status is OK.
  void Problem(const std::string& place, std::string_view what);
  void Problem(const std::string& place, const absl::Status& status);

  // Add adds a user. InvalidArgument where the name cannot be a user's, or another of the
  // file has it already.
  absl::StatusOr<size_t> Add(std::string_view name, const std::string& place);

  // Continue is the user that was added with this name, or a new one. InvalidArgument
  // also where that name was spelled otherwise, and SASLprep makes the two the same.
  absl::StatusOr<size_t> Continue(std::string_view name, const std::string& place);

  // The user that Add or Continue returned.
  ImportedUser& user(size_t index) { return users_[index]; }
  size_t size() const { return users_.size(); }

  // Finish is the result, without those who have no credential and are not disabled either:
  // a problem tells of each.
  Import Finish() &&;

 private:
  struct Known {
    size_t index;
    std::string spelling;
  };

  std::vector<ImportedUser> users_;
  std::vector<ImportProblem> problems_;
  absl::flat_hash_map<std::string, Known> known_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_USER_LIST_H_
