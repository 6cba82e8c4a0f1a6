#ifndef SALLYPORT_SERVER_ADMIN_IMPORT_USER_H_
#define SALLYPORT_SERVER_ADMIN_IMPORT_USER_H_

// admin.proto's ImportUser. Thread-safe.

#include <cstddef>

#include "absl/status/status.h"
#include "audit/audit_event.h"
#include "sallyport/v1/admin.pb.h"
#include "server/admin/admin_call.h"

namespace sallyport::server {

inline constexpr size_t kMaxImportedCredentials = 16;

// ImportUser adds or replaces a user with credentials that were made elsewhere, whether
// or not the policy lets them verify anybody: all that the request says of it, or
// nothing. InvalidArgument tells which credential cannot be read, and nothing of it;
// Aborted where a user who was to be replaced is deleted meanwhile.
absl::Status ImportUser(const AdminCall& call, const v1::ImportUserRequest& request,
                        audit::ChangeRecord* record, v1::ImportUserResponse* response);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_IMPORT_USER_H_
