#include "server/admin/audited_change.h"

#include <optional>
#include <string_view>

#include "absl/time/clock.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

std::string_view TextOf(AuditAction action) {
  switch (action) {
    case AuditAction::kUserAdded:
      return "user added";
    case AuditAction::kUserDeleted:
      return "user deleted";
    case AuditAction::kUserEnabled:
      return "user enabled";
    case AuditAction::kUserDisabled:
      return "user disabled";
    case AuditAction::kUserChanged:
      return "user changed";
    case AuditAction::kUserImported:
      return "user imported";
    case AuditAction::kPasswordSet:
      return "user's password set";
    case AuditAction::kPolicyLoaded:
    case AuditAction::kPolicyRefused:
      return "policy reloaded";
  }
  return "changed";
}

ChangeOutcome OutcomeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ChangeOutcome::kDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    // The user was changed by somebody else meanwhile.
    case absl::StatusCode::kAborted:
      return ChangeOutcome::kRefused;
    default:
      return ChangeOutcome::kFailed;
  }
}

}  // namespace

absl::StatusOr<AuditedChange> AuditedChange::Begin(AuditLog& audit, const AdminCall& call,
                                                   AuditAction action) {
  std::optional<AuditSlot> slot = audit.Reserve();
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

void AuditedChange::End(const absl::Status& status) && {
  record_.time = absl::Now();
  record_.outcome = OutcomeOf(status);
  if (!status.ok()) record_.detail = std::string(status.message());
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
