#include "policy/credential_rules.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/credentials/weak_schemes.h"
#include "policy/values.h"

namespace sallyport::policy {

CredentialRules::CredentialRules(const v1::CredentialRules& rules, const PolicyPath& path,
                                 Problems* problems) {
  Read(rules, path, problems);
  CheckTogether(path, problems);
}

void CredentialRules::CheckEach(const v1::CredentialRules& rules, const PolicyPath& path,
                                Problems* problems) {
  CredentialRules().Read(rules, path, problems);
}

void CredentialRules::Read(const v1::CredentialRules& rules, const PolicyPath& path,
                           Problems* problems) {
  ReadVerify(rules, path, problems);
  ReadStoreAs(rules, path, problems);
  ReadCosts(rules, path, problems);
  if (rules.has_max_age()) {
    max_age_ = ToDuration(rules.max_age());
    if (max_age_ < absl::Minutes(1)) {
      problems->Refuse(path.Key("max_age"), "expected at least a minute");
    }
  }
  max_rotation_ = ToDuration(rules.max_rotation());
  upgrade_on_login_ = rules.upgrade_on_login();
}

void CredentialRules::ReadVerify(const v1::CredentialRules& rules, const PolicyPath& path,
                                 Problems* problems) {
  for (int i = 0; i < rules.verify_size(); ++i) {
    const std::string_view scheme = FindCredentialScheme(rules.verify(i));
    if (scheme.empty()) {
      problems->Refuse(path.Item("verify", static_cast<size_t>(i)),
                       absl::StrCat("unknown format '", rules.verify(i), "'"));
      continue;
    }
    verify_.emplace_back(scheme);
    if (IsWeakScheme(scheme)) weak_schemes_.emplace_back(scheme);
  }
}

void CredentialRules::ReadStoreAs(const v1::CredentialRules& rules, const PolicyPath& path,
                                  Problems* problems) {
  if (rules.store_as_size() > 0) store_as_.clear();
  for (int i = 0; i < rules.store_as_size(); ++i) {
    const PolicyPath at = path.Item("store_as", static_cast<size_t>(i));
    const std::string_view scheme = FindCredentialScheme(rules.store_as(i));
    if (scheme.empty()) {
      problems->Refuse(at, absl::StrCat("unknown format '", rules.store_as(i), "'"));
    } else if (!IsForNewPasswords(scheme)) {
      problems->Refuse(at, absl::StrCat("'", rules.store_as(i),
                                        "' is for checking passwords that "
                                        "are stored so, not for new ones"));
    } else {
      store_as_.emplace_back(scheme);
    }
  }
}

void CredentialRules::ReadCosts(const v1::CredentialRules& rules, const PolicyPath& path,
                                Problems* problems) {
  const auto number = [&](std::string_view key, uint32_t value, uint32_t fallback, uint32_t min,
                          uint32_t max) {
    return NumberIn(value, fallback, min, max, path.Key(key), problems);
  };
  costs_.scram_iterations =
      number("scram_iterations", rules.scram_iterations(), 4096, 4096, kMaxIterations);
  costs_.pbkdf2_iterations = number("pbkdf2_iterations", rules.pbkdf2_iterations(),
                                    costs_.pbkdf2_iterations, 4096, kMaxIterations);
  costs_.argon2_memory_kib = number("argon2_memory_kib", rules.argon2_memory_kib(),
                                    costs_.argon2_memory_kib, 8 * 1024, kMaxArgon2MemoryKib);
  costs_.argon2_passes =
      number("argon2_passes", rules.argon2_passes(), costs_.argon2_passes, 1, kMaxArgon2Passes);
  costs_.argon2_lanes =
      number("argon2_lanes", rules.argon2_lanes(), costs_.argon2_lanes, 1, kMaxArgon2Lanes);
  costs_.yescrypt_cost =
      number("yescrypt_cost", rules.yescrypt_cost(), costs_.yescrypt_cost, 4, kMaxYescryptCost);
  min_scram_iterations_ = number("min_scram_iterations", rules.min_scram_iterations(),
                                 min_scram_iterations_, 1, kMaxIterations);
  min_pbkdf2_iterations_ =
      number("min_pbkdf2_iterations", rules.min_pbkdf2_iterations(), 0, 0, kMaxIterations);
}

void CredentialRules::CheckTogether(const PolicyPath& path, Problems* problems) const {
  for (const std::string& scheme : store_as_) {
    if (!verify_.empty() && std::find(verify_.begin(), verify_.end(), scheme) == verify_.end()) {
      problems->Refuse(path.Key("verify"), absl::StrCat("lacks '", scheme,
                                                        "', which new passwords "
                                                        "are stored as: they could not be used"));
    }
  }
  if (min_scram_iterations_ > costs_.scram_iterations) {
    problems->Refuse(path.Key("min_scram_iterations"),
                     "expected no more than 'scram_iterations': no new password could be used");
  }
  if (min_pbkdf2_iterations_ > costs_.pbkdf2_iterations) {
    problems->Refuse(path.Key("min_pbkdf2_iterations"),
                     "expected no more than 'pbkdf2_iterations': no new password could be used");
  }
}

CredentialObstacle CredentialRules::ObstacleOfAge(std::optional<absl::Time> created_at,
                                                  std::optional<absl::Time> expires_at,
                                                  absl::Time now) const {
  if (expires_at.has_value() && *expires_at <= now) return CredentialObstacle::kExpired;
  if (max_age_ == absl::InfiniteDuration()) return CredentialObstacle::kNone;
  // Of what has no date, nobody can say that it is young enough.
  if (!created_at.has_value()) return CredentialObstacle::kNoDate;
  return now - *created_at > max_age_ ? CredentialObstacle::kTooOld : CredentialObstacle::kNone;
}

CredentialObstacle CredentialRules::ObstacleOfFormat(std::string_view scheme,
                                                     uint32_t iterations) const {
  if (!verify_.empty() && std::find(verify_.begin(), verify_.end(), scheme) == verify_.end()) {
    return CredentialObstacle::kNotListed;
  }
  if (scheme.starts_with("SCRAM-") && iterations < min_scram_iterations_) {
    return CredentialObstacle::kTooFewScramIterations;
  }
  if (scheme.starts_with("PBKDF2-") && iterations < min_pbkdf2_iterations_) {
    return CredentialObstacle::kTooFewPbkdf2Iterations;
  }
  return CredentialObstacle::kNone;
}

}  // namespace sallyport::policy
