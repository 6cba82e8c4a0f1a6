#ifndef SALLYPORT_CTL_REPLAY_REPORT_H_
#define SALLYPORT_CTL_REPLAY_REPORT_H_

// Counts what another policy would change of recorded logins: those of which the same is
// to be said are one group. Its size does not depend on how many logins there are. Not
// thread-safe.

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "audit/audit_event.h"
#include "policy/policy.h"
#include "policy/replay.h"

namespace sallyport::ctl {

class ReplayReport {
 public:
  // `limit` is how many handshake ids are kept of each group.
  explicit ReplayReport(size_t limit) : limit_(limit) {}

  // Add judges a login by `policy`.
  void Add(const policy::Policy& policy, const audit::LoginRecord& login);

  uint64_t logins() const { return logins_; }
  // changed are those of which something is known to change.
  uint64_t changed() const { return changed_; }
  uint64_t unsure() const { return unsure_; }

  // ToText is lines for people, ToJson an object for programs.
  std::string ToText() const;
  nlohmann::ordered_json ToJson() const;

 private:
  struct Key {
    policy::ReplayChange change;
    std::string why;
    std::string listener;
    std::string tenant;
    std::string mechanism;

    bool operator<(const Key& other) const {
      return std::tie(change, why, listener, tenant, mechanism) <
             std::tie(other.change, other.why, other.listener, other.tenant, other.mechanism);
    }
  };
  struct Group {
    uint64_t logins = 0;
    std::vector<std::string> handshake_ids;
  };
  using Entry = std::pair<const Key, Group>;

  // Those with the most logins first.
  std::vector<const Entry*> Sorted() const;

  const size_t limit_;
  uint64_t logins_ = 0, changed_ = 0, unsure_ = 0;
  std::map<Key, Group> groups_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_REPLAY_REPORT_H_
