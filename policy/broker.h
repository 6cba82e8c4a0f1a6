#ifndef SALLYPORT_POLICY_BROKER_H_
#define SALLYPORT_POLICY_BROKER_H_

// Who asks us: brokers, by their client certificates; and what they are told of users.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/identity_index.h"
#include "policy/name_index.h"
#include "policy/pattern.h"
#include "policy/policy_path.h"
#include "policy/problems.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// BrokerQuotas are what one broker, or a group of them, may use of a replica; 0: as much as
// there is.
struct BrokerQuotas {
  uint32_t max_streams = 0;
  uint32_t max_handshakes = 0;
  uint32_t handshakes_per_second = 0;
  // Of handshakes_per_second: how many may begin at once. Never 0 where that is not.
  uint32_t burst = 0;
};

// BrokerPolicy is what one broker, or a group of them, may do. Immutable.
class BrokerPolicy {
 public:
  // BrokerPolicy reports to `problems` what is wrong with `broker`, which stands at
  // `path`.
  BrokerPolicy(const v1::Broker& broker, const PolicyPath& path, Problems* problems);

  const std::string& name() const { return name_; }

  // MaySpeakFor says whether connections of `listener` are its to ask about.
  bool MaySpeakFor(std::string_view listener) const;

  // releases_all is whether it is told every group and attribute.
  bool releases_all() const { return !release_; }
  bool ReleasesGroup(std::string_view name) const { return Matches(groups_, name); }
  bool ReleasesAttribute(std::string_view name) const { return Matches(attributes_, name); }

  const BrokerQuotas& quotas() const { return quotas_; }

 private:
  bool Matches(const std::vector<Pattern>& patterns, std::string_view name) const;

  const std::string name_;
  NameIndex listeners_{NameIndex::Kind::kPrefix};
  bool release_ = false;
  std::vector<Pattern> groups_;
  std::vector<Pattern> attributes_;
  BrokerQuotas quotas_;
};

// BrokerIndex finds a broker by what it has proved. Immutable once filled.
class BrokerIndex {
 public:
  // Add reports where an identity is none, or another broker's.
  void Add(const v1::Broker& broker, uint32_t index, const PolicyPath& path, Problems* problems);

  std::optional<uint32_t> Find(const BrokerIdentity& identity) const;

 private:
  IdentityIndex identities_;
  std::optional<uint32_t> without_certificate_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_BROKER_H_
