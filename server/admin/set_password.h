#ifndef SALLYPORT_SERVER_ADMIN_SET_PASSWORD_H_
#define SALLYPORT_SERVER_ADMIN_SET_PASSWORD_H_

// admin.proto's SetPassword. Thread-safe.

#include "absl/status/status.h"
#include "audit/audit_event.h"
#include "sallyport/v1/admin.pb.h"
#include "server/admin/admin_call.h"
#include "server/admin/derivation_slots.h"

namespace sallyport::server {

// SetPassword stores a password by the rules of the policy in force. Where the one before
// stays valid for a while, SCRAM keys of both have one salt and one count of iterations,
// and it is Aborted where the user is changed meanwhile. ResourceExhausted where none of
// the `slots` is free.
absl::Status SetPassword(const AdminCall& call, const v1::SetPasswordRequest& request,
                         DerivationSlots& slots, audit::ChangeRecord* record, v1::User* response);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_SET_PASSWORD_H_
