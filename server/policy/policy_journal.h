#ifndef SALLYPORT_SERVER_POLICY_POLICY_JOURNAL_H_
#define SALLYPORT_SERVER_POLICY_POLICY_JOURNAL_H_

// What is told of the policy's changes, in our log and in the audit log. Thread-safe.

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "audit/audit_event.h"
#include "server/audit/audit_log.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

// FillIn fills in which policy a change is of, whether it is active, and why it is not.
void FillIn(const PolicyChange& change, audit::ChangeRecord* record);

class PolicyJournal {
 public:
  // `audit` must outlive the journal, and what that has reserved. `actor` is what makes a
  // policy change that nobody asks for.
  PolicyJournal(AuditLog& audit, std::string actor) : audit_(audit), actor_(std::move(actor)) {}

  // Reserve is PolicySource's reserve_record. ResourceExhausted where the audit log has no
  // place.
  absl::StatusOr<RecordPolicyChange> Reserve();

  // Log logs the change.
  static void Log(const PolicyChange& change);

 private:
  AuditLog& audit_;
  const std::string actor_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_POLICY_JOURNAL_H_
