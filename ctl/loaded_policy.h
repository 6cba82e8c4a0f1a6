#ifndef SALLYPORT_CTL_LOADED_POLICY_H_
#define SALLYPORT_CTL_LOADED_POLICY_H_

// Policies that this program judges by itself, as a service would.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ctl/admin_client.h"
#include "policy/policy.h"
#include "process/exit_code.h"

namespace sallyport::ctl {

// LoadPolicyFile fails as policy::PolicyDocument::FromFile and policy::Policy::Compile do.
// No store is opened, and no file that the policy names.
absl::StatusOr<std::shared_ptr<const policy::Policy>> LoadPolicyFile(const std::string& path);

// FetchPolicy is the policy that logins at the service run under. It fails as the client
// does; Internal where the service runs under a policy that this program refuses.
absl::StatusOr<std::shared_ptr<const policy::Policy>> FetchPolicy(AdminClient& client);

// ReportPolicyFailure is ReportFailure for what LoadPolicyFile says: the exit code is
// that of a wrong file.
process::ExitCode ReportPolicyFailure(const absl::Status& status);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_LOADED_POLICY_H_
