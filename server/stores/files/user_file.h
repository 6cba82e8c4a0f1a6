#ifndef SALLYPORT_SERVER_STORES_FILES_USER_FILE_H_
#define SALLYPORT_SERVER_STORES_FILES_USER_FILE_H_

// The content of a user's own file. Each line is a credential, as ParseListedCredential
// reads it, or one of
//
//   name: <the user's name>         instead of the file's
//   group: <one of the user's groups>
//   expires: <time of RFC 3339>
//   disabled: true                  or false
//
// or blank, or a comment that begins with '#'. A credential that cannot be used is
// skipped. A line that cannot be understood as one of the others, or that is given twice
// (group may be), disables the user: it may have been meant to. So does a line that
// begins with '!' or '*', as in shadow(5).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/credentials/account.h"
#include "server/stores/files/user_snapshot.h"

namespace sallyport::server {

struct UserFile {
  // As SASLprep leaves it; absent where the file does not say.
  std::optional<std::string> name;
  // Set where it says a name that cannot be a user's.
  bool bad_name = false;
  // Without name, store and tenant.
  Account account;
  std::vector<FileProblem> problems;
};

// ParseUserFile reads the content of the file at `path`, which is for the problems.
UserFile ParseUserFile(std::string_view content, const std::string& path);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_USER_FILE_H_
