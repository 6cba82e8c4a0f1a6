#include "policy/broker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::policy {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

std::vector<Pattern> Compile(const Strings& expressions, const PolicyPath& path,
                             std::string_view key, Problems* problems) {
  std::vector<Pattern> patterns;
  for (int i = 0; i < expressions.size(); ++i) {
    auto pattern = Pattern::Create(expressions[i]);
    if (pattern.ok()) {
      patterns.push_back(*std::move(pattern));
    } else {
      problems->Refuse(path.Item(key, static_cast<size_t>(i)),
                       std::string(pattern.status().message()));
    }
  }
  return patterns;
}

// Far over what a replica can do.
constexpr uint32_t kMostHandshakes = 10'000'000;

BrokerQuotas Read(const v1::BrokerQuotas& quotas, const PolicyPath& path, Problems* problems) {
  const auto read = [&](std::string_view key, bool given, uint32_t value) {
    if (given && (value == 0 || value > kMostHandshakes)) {
      problems->Refuse(path.Key(key), absl::StrCat("expected 1 to ", kMostHandshakes,
                                                   "; without the key there is no limit"));
    }
    return value;
  };
  BrokerQuotas result = {
      .max_streams = read("max_streams", quotas.has_max_streams(), quotas.max_streams()),
      .max_handshakes =
          read("max_handshakes", quotas.has_max_handshakes(), quotas.max_handshakes()),
      .handshakes_per_second = read("handshakes_per_second", quotas.has_handshakes_per_second(),
                                    quotas.handshakes_per_second()),
      .burst = read("burst", quotas.has_burst(), quotas.burst())};
  if (quotas.has_burst() && !quotas.has_handshakes_per_second()) {
    problems->Refuse(path.Key("burst"), "expected 'handshakes_per_second' beside it");
  }
  if (!quotas.has_burst()) result.burst = result.handshakes_per_second;
  return result;
}

}  // namespace

BrokerPolicy::BrokerPolicy(const v1::Broker& broker, const PolicyPath& path, Problems* problems)
    : name_(broker.name()), release_(broker.has_release()) {
  for (int i = 0; i < broker.listeners_size(); ++i) {
    if (const char* problem = listeners_.Problem(broker.listeners(i))) {
      problems->Refuse(path.Item("listeners", static_cast<size_t>(i)), problem);
      continue;
    }
    listeners_.Add(broker.listeners(i), 0);
  }
  const PolicyPath release = path.Key("release");
  groups_ = Compile(broker.release().groups(), release, "groups", problems);
  attributes_ = Compile(broker.release().attributes(), release, "attributes", problems);
  quotas_ = Read(broker.quotas(), path.Key("quotas"), problems);
}

bool BrokerPolicy::MaySpeakFor(std::string_view listener) const {
  return listeners_.empty() || listeners_.Find(listener).has_value();
}

bool BrokerPolicy::Matches(const std::vector<Pattern>& patterns, std::string_view name) const {
  if (!release_) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const Pattern& pattern) { return pattern.Matches(name); });
}

void BrokerIndex::Add(const v1::Broker& broker, uint32_t index, const PolicyPath& path,
                      Problems* problems) {
  if (broker.identities_size() == 0 && !broker.without_certificate()) {
    problems->Refuse(path, "expected 'identities', or 'without_certificate: true'");
  }
  if (broker.without_certificate()) {
    if (without_certificate_) {
      problems->Refuse(path.Key("without_certificate"), "another broker says so already");
    }
    without_certificate_ = index;
  }
  for (int i = 0; i < broker.identities_size(); ++i) {
    const PolicyPath at = path.Item("identities", static_cast<size_t>(i));
    const std::string& identity = broker.identities(i);
    if (const char* problem = identities_.Problem(identity)) {
      problems->Refuse(at, problem);
    } else if (const auto other = identities_.Add(identity, index); other && *other != index) {
      problems->Refuse(at, absl::StrCat("'", identity, "' is another broker's already"));
    }
  }
}

std::optional<uint32_t> BrokerIndex::Find(const BrokerIdentity& identity) const {
  if (!identity.has_certificate) return without_certificate_;
  const auto found = identities_.Find(identity);
  return found ? std::optional<uint32_t>(found->value) : std::nullopt;
}

}  // namespace sallyport::policy
