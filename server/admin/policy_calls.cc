#include "server/admin/policy_calls.h"

#include <memory>
#include <string>

#include "server/admin/admin_conversion.h"
#include "server/policy/policy_journal.h"

namespace sallyport::server {

v1::PolicyStatus GetPolicyStatus(const PolicySource& policies) {
  const std::shared_ptr<const ActivePolicy> active = policies.Current();
  const policy::PolicyDocument& document = active->policy->document();
  v1::PolicyStatus status;
  status.set_text(document.text());
  status.set_source(document.source());
  status.set_version(active->policy->version());
  status.set_hash(active->policy->hash());
  SetTimestamp(active->loaded_at, status.mutable_loaded_at());
  status.set_failure(std::string(policies.Failure().message()));
  return status;
}

absl::Status ReloadPolicy(PolicySource& policies, audit::ChangeRecord* record,
                          v1::PolicyStatus* response) {
  const uint64_t before = policies.serial();
  const PolicyChange change = policies.Reload();
  FillIn(change, record);
  if (!change.status.ok()) return absl::FailedPreconditionError(change.status.message());
  if (policies.serial() == before) record->detail = "it was active already";
  *response = GetPolicyStatus(policies);
  return absl::OkStatus();
}

}  // namespace sallyport::server
