#ifndef SALLYPORT_POLICY_REPLAY_H_
#define SALLYPORT_POLICY_REPLAY_H_

// What another policy would have said of a login that the audit log has. A record lacks
// some of what decides (the user's groups, the name before it was mapped): where it
// depends on that, it cannot be told. Thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/failure_reason.h"
#include "policy/policy.h"

namespace sallyport::policy {

// RecordedLogin is a line of the audit log. What is empty was not known.
struct RecordedLogin {
  std::string listener;
  std::string hostname;
  std::string server_name;
  // As the policy named it then.
  std::string broker;
  bool encrypted = false;
  std::string mechanism;
  std::string authentication_id;
  std::string authorization_id;
  std::string tenant;
  // The store that vouched.
  std::string store;
  // Why it failed; absent: it got in.
  std::optional<FailureReason> reason;
  // Whether some text was cut.
  bool truncated = false;
};

enum class ReplayChange {
  kNone,
  // It got in, and policy would refuse it.
  kNowRefused,
  // Policy refused it, and would let it through to the stores.
  kNowLetThrough,
  kOtherTenant,
  // Its tenant is the same, and the store that vouched would not be asked any more.
  kOtherStores,
  kCannotTell,
};

// ReplayChangeName is such as "now-refused".
std::string_view ReplayChangeName(ReplayChange change);

struct ReplayVerdict {
  ReplayChange change = ReplayChange::kNone;
  // A sentence: why it would be so. Empty for kNone.
  std::string why;
  // Whose the login would be, and the stores (or token issuers) that would be asked; empty
  // where policy would refuse it.
  std::string tenant;
  std::vector<std::string> stores;
};

// Replay judges a recorded login by `policy`.
ReplayVerdict Replay(const Policy& policy, const RecordedLogin& login);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_REPLAY_H_
