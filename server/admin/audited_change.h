#ifndef SALLYPORT_SERVER_ADMIN_AUDITED_CHANGE_H_
#define SALLYPORT_SERVER_ADMIN_AUDITED_CHANGE_H_

// A change that an operator asks for, in the audit log and in ours. Not thread-safe.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/admin/admin_call.h"
#include "server/audit/audit_log.h"

namespace sallyport::server {

class AuditedChange {
 public:
  // Begin takes a place in the log before anything is done. ResourceExhausted where there
  // is none: then nothing may be. Whoever may not change anything, by `allowed`, has none of
  // the places that are there for changes.
  static absl::StatusOr<AuditedChange> Begin(AuditLog& audit, const AdminCall& call,
                                             audit::AuditAction action, bool allowed);

  // record is what there is to tell: whoever makes the change adds what it is about.
  audit::ChangeRecord& record() { return record_; }

  // End logs and records what came of it.
  void End(const absl::Status& status) &&;

  // Deny records that whoever asked may not, and logs nothing.
  void Deny(const absl::Status& status) &&;

 private:
  void Finish(const absl::Status& status);

  AuditedChange(AuditSlot slot, audit::ChangeRecord record)
      : slot_(std::move(slot)), record_(std::move(record)) {}

  AuditSlot slot_;
  audit::ChangeRecord record_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_AUDITED_CHANGE_H_
