#ifndef SALLYPORT_SERVER_ADMIN_POLICY_CALLS_H_
#define SALLYPORT_SERVER_ADMIN_POLICY_CALLS_H_

// admin.proto's calls about the policy. Thread-safe.

#include "absl/status/status.h"
#include "audit/audit_event.h"
#include "sallyport/v1/admin.pb.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

// GetPolicyStatus is the active policy.
v1::PolicyStatus GetPolicyStatus(const PolicySource& policies);

// ReloadPolicy loads the policy's file now. FailedPrecondition says why it is refused.
absl::Status ReloadPolicy(PolicySource& policies, audit::ChangeRecord* record,
                          v1::PolicyStatus* response);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_POLICY_CALLS_H_
