#ifndef SALLYPORT_SERVER_ADMIN_USER_CALLS_H_
#define SALLYPORT_SERVER_ADMIN_USER_CALLS_H_

// admin.proto's calls about users in stores that can be written. Names are prepared for
// storage (RFC 4013). Calls block. Thread-safe.

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "audit/audit_event.h"
#include "sallyport/v1/admin.pb.h"
#include "server/admin/admin_call.h"

namespace sallyport::server {

class UserCalls {
 public:
  // UserCalls holds `changing`, which must outlive it, while it changes what it has read,
  // so that changes of single attributes do not undo one another.
  explicit UserCalls(absl::Mutex& changing) : changing_(changing) {}

  absl::Status Add(const AdminCall& call, const v1::AddUserRequest& request,
                   audit::ChangeRecord* record, v1::User* response) const;
  absl::Status SetState(const AdminCall& call, const v1::SetUserStateRequest& request,
                        audit::ChangeRecord* record, v1::User* response) const;
  absl::Status Update(const AdminCall& call, const v1::UpdateUserRequest& request,
                      audit::ChangeRecord* record, v1::User* response) const;
  absl::Status Delete(const AdminCall& call, const v1::DeleteUserRequest& request,
                      audit::ChangeRecord* record) const;
  absl::Status Get(const AdminCall& call, const v1::GetUserRequest& request,
                   v1::User* response) const;
  absl::Status List(const AdminCall& call, const v1::ListUsersRequest& request,
                    v1::ListUsersResponse* response) const;

 private:
  absl::Mutex& changing_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_USER_CALLS_H_
