#include "server/policy/policy_journal.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

// Before the reasons, which may be long, and are cut then.
std::string WhyNot(const PolicyChange& change) {
  const audit::PolicyStamp& active = *change.active;
  return absl::StrCat("the policy with version '", active.version, "' and hash ", active.hash,
                      " stays active: ", change.status.message());
}

}  // namespace

void FillIn(const PolicyChange& change, audit::ChangeRecord* record) {
  const bool loaded = change.status.ok();
  record->action = loaded ? audit::AuditAction::kPolicyLoaded : audit::AuditAction::kPolicyRefused;
  record->policy_version = change.version;
  record->policy_hash = change.hash;
  record->outcome = loaded ? audit::ChangeOutcome::kDone : audit::ChangeOutcome::kRefused;
  if (!loaded) record->detail = WhyNot(change);
}

absl::StatusOr<RecordPolicyChange> PolicyJournal::Reserve() {
  std::optional<AuditSlot> slot = audit_.ReserveForChange();
  if (!slot) {
    return absl::ResourceExhaustedError(
        "the audit log takes no more events, and what is not recorded is not done; see why it "
        "cannot be written");
  }
  return RecordPolicyChange(
      [actor = actor_, slot = *std::move(slot)](const PolicyChange& change) mutable {
        audit::ChangeRecord record = {.time = absl::Now(), .actor = std::move(actor)};
        FillIn(change, &record);
        std::move(slot).Record(std::move(record));
      });
}

void PolicyJournal::Log(const PolicyChange& change) {
  if (change.status.ok()) {
    process::Log(LogLevel::kInfo, "policy loaded",
                 {{"policy_version", change.version}, {"policy_hash", change.hash}});
    return;
  }
  process::Log(LogLevel::kError,
               change.hash.empty() ? "policy not read: the one before stays active"
                                   : "policy refused: the one before stays active",
               {{"policy_version", change.version},
                {"policy_hash", change.hash},
                {"active_hash", change.active->hash},
                {"error", change.status.message()}});
}

}  // namespace sallyport::server
