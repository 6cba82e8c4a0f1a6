#ifndef SALLYPORT_SERVER_STORES_FILES_CREDENTIAL_FILE_H_
#define SALLYPORT_SERVER_STORES_FILES_CREDENTIAL_FILE_H_

// What reading one file that holds credentials takes. Thread-safe but for the snapshot.

#include <sys/stat.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/account.h"
#include "core/credentials/credential.h"
#include "server/stores/files/user_snapshot.h"

namespace sallyport::server {

// ReadCredentialFile hands the content of a regular file to `read`, and then wipes it. A
// file that is open to others is noted in `snapshot`. It fails as process::ReadFile does,
// with InvalidArgument also where it is no regular file.
absl::Status ReadCredentialFile(const std::string& path, size_t max_bytes, UserSnapshot& snapshot,
                                const std::function<void(std::string_view content)>& read);

// IsOpenToOthers tells whether any user of this machine may read or change the file.
bool IsOpenToOthers(const struct stat& file);

// AddGroup puts the account into a group, if it is not there yet.
void AddGroup(std::string_view group, Account& account);

// AddCredential gives the account a credential, a password in the clear as SASLprep
// (RFC 4013) leaves it. It fails with InvalidArgument where that leaves nothing of it.
absl::Status AddCredential(absl::StatusOr<Credential> credential, Account& account);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_CREDENTIAL_FILE_H_
