#ifndef SALLYPORT_AUDIT_AUDIT_FIELDS_H_
#define SALLYPORT_AUDIT_AUDIT_FIELDS_H_

// The names of an event's fields, once for whoever writes and whoever reads them.

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "audit/audit_event.h"

namespace sallyport::audit {

// PolicyFieldNames are those of the two fields that a PolicyStamp is written as.
struct PolicyFieldNames {
  const char* version;
  const char* hash;
};
inline constexpr PolicyFieldNames kPolicyFields = {"policy_version", "policy_hash"};

// VisitFields calls `visit` with the name, or the PolicyFieldNames, and the value of each
// field but `time`, in the order in which they are written. Record is one of the records, const or
// not.
template <typename Record, typename Visit>
void VisitFields(Record& record, Visit visit) {
  if constexpr (std::is_same_v<std::remove_const_t<Record>, LoginRecord>) {
    visit("handshake_id", record.handshake_id);
    visit("outcome", record.outcome);
    visit("reason", record.reason);
    visit("detail", record.detail);
    visit("tenant", record.tenant);
    visit("listener", record.listener);
    visit("broker", record.broker);
    visit("remote_address", record.remote_address);
    visit("encrypted", record.encrypted);
    visit("server_name", record.server_name);
    visit("hostname", record.hostname);
    visit("mechanism", record.mechanism);
    visit("authentication_id", record.authentication_id);
    visit("authorization_id", record.authorization_id);
    visit("store", record.store);
    visit("channel_bound", record.channel_bound);
    visit("resumed", record.resumed);
    visit(kPolicyFields, record.policy);
    visit("duration_us", record.duration);
  } else {
    visit("actor", record.actor);
    visit("action", record.action);
    visit("outcome", record.outcome);
    visit("detail", record.detail);
    visit("store", record.store);
    visit("tenant", record.tenant);
    visit("user", record.user);
    visit(kPolicyFields.version, record.policy_version);
    visit(kPolicyFields.hash, record.policy_hash);
  }
  visit("truncated", record.truncated);
}

inline constexpr std::string_view kLoginKind = "login";
inline constexpr std::string_view kChangeKind = "change";

// The names of an enum's values, by number.
inline constexpr std::array<std::string_view, 9> kAuditActionNames = {
    "user_added",   "user_deleted",  "user_enabled",   "user_disabled", "user_changed",
    "password_set", "policy_loaded", "policy_refused", "user_imported"};
inline constexpr std::array<std::string_view, 3> kChangeOutcomeNames = {"done", "refused",
                                                                        "failed"};

}  // namespace sallyport::audit

#endif  // SALLYPORT_AUDIT_AUDIT_FIELDS_H_
