#include "ctl/loaded_policy.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ctl/failure.h"

namespace sallyport::ctl {
namespace {

absl::StatusOr<std::shared_ptr<const policy::Policy>> Compile(policy::PolicyDocument document) {
  // Nobody logs in here, so that no decoy is ever made.
  return policy::Policy::Compile(std::move(document),
                                 {.decoy_key = Secret("no login needs it"), .kerberos = {}});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const policy::Policy>> LoadPolicyFile(const std::string& path) {
  absl::StatusOr<policy::PolicyDocument> document = policy::PolicyDocument::FromFile(path);
  if (!document.ok()) return document.status();
  return Compile(*std::move(document));
}

absl::StatusOr<std::shared_ptr<const policy::Policy>> FetchPolicy(AdminClient& client) {
  absl::StatusOr<v1::PolicyStatus> status = client.GetPolicy();
  if (!status.ok()) return status.status();
  absl::StatusOr<policy::PolicyDocument> document =
      policy::PolicyDocument::FromText(status->text(), status->source());
  absl::Status failure = document.status();
  if (document.ok()) {
    auto compiled = Compile(*std::move(document));
    if (compiled.ok()) return compiled;
    failure = compiled.status();
  }
  return absl::InternalError(
      absl::StrCat("sallyportd runs under a policy that this program refuses; are the two of one "
                   "version?\n",
                   std::string(failure.message())));
}

process::ExitCode ReportPolicyFailure(const absl::Status& status) {
  ReportFailure(status);
  return process::ExitCode::kConfig;
}

}  // namespace sallyport::ctl
