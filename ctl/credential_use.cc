#include "ctl/credential_use.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/credentials/weak_schemes.h"

namespace sallyport::ctl {
namespace {

constexpr std::string_view kCleartext = "CLEARTEXT";

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string TextOf(policy::CredentialObstacle obstacle, const policy::CredentialRules& rules) {
  switch (obstacle) {
    case policy::CredentialObstacle::kNone:
      return "";
    case policy::CredentialObstacle::kExpired:
      return "expired";
    case policy::CredentialObstacle::kNoDate:
      return "the store does not know its age, and credentials.max_age bounds that";
    case policy::CredentialObstacle::kTooOld:
      return "older than credentials.max_age allows";
    case policy::CredentialObstacle::kNotListed:
      return "credentials.verify does not list it";
    case policy::CredentialObstacle::kTooFewScramIterations:
      return absl::StrCat("fewer iterations than credentials.min_scram_iterations, ",
                          rules.min_scram_iterations());
    case policy::CredentialObstacle::kTooFewPbkdf2Iterations:
      return absl::StrCat("fewer iterations than credentials.min_pbkdf2_iterations, ",
                          rules.min_pbkdf2_iterations());
  }
  return "refused by the policy";
}

policy::CredentialObstacle ObstacleOfAge(const v1::CredentialInfo& credential,
                                         const policy::CredentialRules& rules, absl::Time now) {
  std::optional<absl::Time> created_at;
  std::optional<absl::Time> expires_at;
  if (credential.has_created_at()) created_at = TimeOf(credential.created_at());
  if (credential.has_expires_at()) expires_at = TimeOf(credential.expires_at());
  return rules.ObstacleOfAge(created_at, expires_at, now);
}

bool Serves(const std::string& scheme, const MechanismDescriptor& mechanism) {
  // Who shows the password can be checked against whatever it was made into.
  if (mechanism.exposes_secret || scheme == kCleartext) return true;
  std::string_view name = mechanism.name;
  if (mechanism.channel_binding) name.remove_suffix(std::string_view("-PLUS").size());
  return name == scheme;
}

bool IsTooWeak(const std::string& scheme, const policy::CredentialRules& rules) {
  return IsWeakScheme(scheme) && !Contains(rules.weak_schemes(), scheme);
}

std::string WhyNotFor(const std::string& scheme, const policy::CredentialRules& rules,
                      const std::vector<const MechanismDescriptor*>& mechanisms) {
  const auto serves = [&](const MechanismDescriptor* m) { return Serves(scheme, *m); };
  if (!mechanisms.empty() && std::none_of(mechanisms.begin(), mechanisms.end(), serves)) {
    return absl::StrCat(
        "of no use to ",
        absl::StrJoin(mechanisms, ", ", [](std::string* out, const MechanismDescriptor* m) {
          out->append(m->name);
        }));
  }
  if (IsTooWeak(scheme, rules)) return "a fast hash, which credentials.verify does not list";
  return "";
}

}  // namespace

CredentialUse JudgeCredential(const v1::CredentialInfo& credential,
                              const policy::CredentialRules& rules,
                              const std::vector<const MechanismDescriptor*>& mechanisms,
                              absl::Time now) {
  CredentialUse use{.scheme = credential.scheme(), .iterations = credential.iterations()};
  use.obstacle = TextOf(ObstacleOfAge(credential, rules, now), rules);
  use.expired = !use.obstacle.empty();
  if (use.obstacle.empty()) {
    use.obstacle = TextOf(rules.ObstacleOfFormat(use.scheme, use.iterations), rules);
  }
  if (use.obstacle.empty()) use.obstacle = WhyNotFor(use.scheme, rules, mechanisms);
  return use;
}

}  // namespace sallyport::ctl
