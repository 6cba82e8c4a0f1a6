#ifndef SALLYPORT_AUDIT_AUDIT_EVENT_H_
#define SALLYPORT_AUDIT_AUDIT_EVENT_H_

// What the audit log keeps: every login that ended, and every change of users and of
// the policy. Never a secret, and never a client's raw bytes. Plain data.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "audit/policy_stamp.h"
#include "core/amqp/sasl_code.h"
#include "core/sasl/failure_reason.h"

namespace sallyport::audit {

// LoginRecord is a login. Text is empty where it did not come to that.
struct LoginRecord {
  // When it ended, in microseconds.
  absl::Time time;
  std::string handshake_id;
  std::string tenant;
  std::string listener;
  // As policy names it.
  std::string broker;
  // The client's.
  std::string remote_address;
  bool encrypted = false;
  // The TLS server name (SNI).
  std::string server_name;
  // What the client named in sasl-init.
  std::string hostname;
  std::string mechanism;
  // Who the client said it is; proven only where the outcome is kOk.
  std::string authentication_id;
  std::string authorization_id;
  // The store that vouched.
  std::string store;
  amqp::SaslCode outcome = amqp::SaslCode::kSys;
  // Absent where the outcome is kOk.
  std::optional<FailureReason> reason;
  std::string detail;
  bool channel_bound = false;
  // Whether another stream or replica had begun it.
  bool resumed = false;
  // The policy that decided, shared by all its logins; null where it did not come to that.
  std::shared_ptr<const PolicyStamp> policy;
  absl::Duration duration;
  // Whether some text was longer than kMaxAuditText, and was cut.
  bool truncated = false;
};

enum class AuditAction : uint8_t {
  kUserAdded,
  kUserDeleted,
  kUserEnabled,
  kUserDisabled,
  kUserChanged,
  kPasswordSet,
  kPolicyLoaded,
  kPolicyRefused,
  kUserImported,
};

enum class ChangeOutcome : uint8_t {
  kDone,
  // Whoever asked may not, or asked for what cannot be.
  kRefused,
  // It could not be done, or nobody knows whether it was.
  kFailed,
};

// ChangeRecord is a change, done or attempted.
struct ChangeRecord {
  absl::Time time;
  // How whoever asked for it authenticated, such as "uid 0"; what else made it happen,
  // such as "start".
  std::string actor;
  AuditAction action = AuditAction::kUserChanged;
  std::string store;
  std::string tenant;
  std::string user;
  // What is in force, or was to be.
  std::string policy_version;
  std::string policy_hash;
  ChangeOutcome outcome = ChangeOutcome::kFailed;
  std::string detail;
  bool truncated = false;
};

using AuditEvent = std::variant<LoginRecord, ChangeRecord>;

// kMaxAuditText bounds each text of an event, in bytes.
inline constexpr size_t kMaxAuditText = 1024;

// BoundTexts cuts what is longer, and marks the event that had such.
void BoundTexts(AuditEvent* event);

}  // namespace sallyport::audit

#endif  // SALLYPORT_AUDIT_AUDIT_EVENT_H_
