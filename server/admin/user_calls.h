#ifndef SALLYPORT_SERVER_ADMIN_USER_CALLS_H_
#define SALLYPORT_SERVER_ADMIN_USER_CALLS_H_

// admin.proto's calls about users in stores that can be written. Names are prepared for
// storage (RFC 4013). Calls block. Thread-safe.

#include "absl/status/status.h"
#include "audit/audit_event.h"
#include "sallyport/v1/admin.pb.h"
#include "server/admin/admin_call.h"
#include "server/admin/derivation_slots.h"

namespace sallyport::server {

class UserCalls {
 public:
  // `slots` are for the passwords of new users, and must outlive the UserCalls.
  explicit UserCalls(DerivationSlots& slots) : slots_(slots) {}

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
  DerivationSlots& slots_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_USER_CALLS_H_
