#ifndef SALLYPORT_CTL_IMPORT_IMPORTED_USER_H_
#define SALLYPORT_CTL_IMPORT_IMPORTED_USER_H_

// What is found in a file of another system's users.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/credential.h"
#include "core/credentials/secret.h"

namespace sallyport::ctl {

// ImportedUser is a user who has a credential, or is disabled.
struct ImportedUser {
  // As SASLprep (RFC 4013) leaves it.
  std::string name;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  bool disabled = false;
  // In the text form of core/credentials/credential.h; equivalent to one another.
  std::vector<Secret> credentials;
  // Where the user is: "users.ldif:12".
  std::string place;

  // AddCredential adds a credential, a password in the clear as SASLprep leaves it; or
  // fails as it did, or with InvalidArgument where nothing of the password is left.
  absl::Status AddCredential(absl::StatusOr<Credential> credential);
  // AddGroup puts the user into a group, if it is not there yet. InvalidArgument where
  // the name cannot be a group's.
  absl::Status AddGroup(std::string_view group);
};

// ImportProblem is something that does not carry over. It holds nothing of a secret.
struct ImportProblem {
  std::string place;
  // What is the matter, and what to do.
  std::string what;
};

// Import is all that a file gives.
struct Import {
  // In the file's order, each name once.
  std::vector<ImportedUser> users;
  std::vector<ImportProblem> problems;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_IMPORTED_USER_H_
