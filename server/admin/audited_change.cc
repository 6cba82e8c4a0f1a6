#include "server/admin/audited_change.h"

#include <optional>
#include <string_view>

#include "absl/time/clock.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

std::string_view TextOf(audit::AuditAction action) {
  switch (action) {
    case audit::AuditAction::kUserAdded:
      return "user added";
    case audit::AuditAction::kUserDeleted:
      return "user deleted";
    case audit::AuditAction::kUserEnabled:
      return "user enabled";
    case audit::AuditAction::kUserDisabled:
      return "user disabled";
    case audit::AuditAction::kUserChanged:
      return "user changed";
    case audit::AuditAction::kUserImported:
      return "user imported";
    case audit::AuditAction::kPasswordSet:
      return "user's password set";
    case audit::AuditAction::kPolicyLoaded:
    case audit::AuditAction::kPolicyRefused:
      return "policy reloaded";
  }
  return "changed";
}

audit::ChangeOutcome OutcomeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return audit::ChangeOutcome::kDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    // The user was changed by somebody else meanwhile.
    case absl::StatusCode::kAborted:
    // Too much of the kind is under way, so that it was not begun.
    case absl::StatusCode::kResourceExhausted:
      return audit::ChangeOutcome::kRefused;
    default:
      return audit::ChangeOutcome::kFailed;
  }
}

}  // namespace

absl::StatusOr<AuditedChange> AuditedChange::Begin(AuditLog& audit, const AdminCall& call,
                                                   audit::AuditAction action, bool allowed) {
  std::optional<AuditSlot> slot = allowed ? audit.ReserveForChange() : audit.Reserve();
  if (!slot) {
    return absl::ResourceExhaustedError(
        "nothing was changed: the audit log takes no more events; see why it cannot be written, "
        "and try again");
  }
  const policy::Policy& policy = *call.active->policy;
  return AuditedChange(*std::move(slot), {.actor = call.actor,
                                          .action = action,
                                          .policy_version = policy.version(),
                                          .policy_hash = policy.hash()});
}

void AuditedChange::Finish(const absl::Status& status) {
  record_.time = absl::Now();
  record_.outcome = OutcomeOf(status);
  // Of a policy more was said already.
  if (!status.ok() && record_.action != audit::AuditAction::kPolicyRefused) {
    record_.detail = std::string(status.message());
  }
}

void AuditedChange::Deny(const absl::Status& status) && {
  Finish(status);
  std::move(slot_).Record(std::move(record_));
}

void AuditedChange::End(const absl::Status& status) && {
  Finish(status);
  const std::string_view text = TextOf(record_.action);
  if (status.ok()) {
    process::Log(process::LogLevel::kInfo, text,
                 {{"user", record_.user},
                  {"store", record_.store},
                  {"tenant", record_.tenant},
                  {"detail", record_.detail},
                  {"by", record_.actor}});
  } else {
    process::Log(process::LogLevel::kWarning, "change not made",
                 {{"change", text},
                  {"user", record_.user},
                  {"store", record_.store},
                  {"tenant", record_.tenant},
                  {"error", record_.detail},
                  {"by", record_.actor}});
  }
  std::move(slot_).Record(std::move(record_));
}

}  // namespace sallyport::server
