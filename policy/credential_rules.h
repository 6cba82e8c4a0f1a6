#ifndef SALLYPORT_POLICY_CREDENTIAL_RULES_H_
#define SALLYPORT_POLICY_CREDENTIAL_RULES_H_

// What a stored secret must be to verify a login, and what is stored for a new
// password. Immutable; thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/credentials/account.h"
#include "core/credentials/credential.h"
#include "core/credentials/new_credential.h"
#include "policy/policy_path.h"
#include "policy/problems.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// CredentialObstacle is why a stored secret may verify nobody.
enum class CredentialObstacle {
  kNone,
  // It is past its end.
  kExpired,
  // It has no date, and there is a max_age.
  kNoDate,
  // It is older than max_age.
  kTooOld,
  // It is in no format that verify lists.
  kNotListed,
  kTooFewScramIterations,
  kTooFewPbkdf2Iterations,
};

class CredentialRules {
 public:
  // What holds where the policy says nothing.
  CredentialRules() = default;

  // CredentialRules reports to `problems` what is wrong with `rules`, which stand at
  // `path`.
  CredentialRules(const v1::CredentialRules& rules, const PolicyPath& path, Problems* problems);

  // CheckEach reports what is wrong with single values: others may yet be merged with them.
  static void CheckEach(const v1::CredentialRules& rules, const PolicyPath& path,
                        Problems* problems);

  // MayVerify says whether the credential may verify a login at `now`: it has not expired,
  // and is accepted.
  bool MayVerify(const StoredCredential& credential, absl::Time now) const {
    return !HasExpired(credential, now) && Accepts(credential.secret);
  }

  // HasExpired says whether the credential is past its end at `now`, or older than
  // max_age; where there is one, whatever has no date is.
  bool HasExpired(const StoredCredential& credential, absl::Time now) const {
    return ObstacleOfAge(credential.created_at, credential.expires_at, now) !=
           CredentialObstacle::kNone;
  }

  // Accepts says whether the credential's format and iterations let it verify a login. Weak
  // formats are the mechanisms' to refuse, by weak_schemes.
  bool Accepts(const Credential& credential) const {
    return ObstacleOfFormat(SchemeName(credential), CredentialIterations(credential)) ==
           CredentialObstacle::kNone;
  }

  // ObstacleOfAge is what HasExpired finds, and ObstacleOfFormat what Accepts does, for those
  // who know no more of a credential than that.
  CredentialObstacle ObstacleOfAge(std::optional<absl::Time> created_at,
                                   std::optional<absl::Time> expires_at, absl::Time now) const;
  CredentialObstacle ObstacleOfFormat(std::string_view scheme, uint32_t iterations) const;

  // weak_schemes may verify although they are weak: the policy names them.
  const std::vector<std::string>& weak_schemes() const { return weak_schemes_; }

  // store_as are the schemes of new passwords, and costs their costs.
  const std::vector<std::string>& store_as() const { return store_as_; }
  const CredentialCosts& costs() const { return costs_; }

  // verify are the schemes that may verify a login; empty: all that are not weak.
  const std::vector<std::string>& verify() const { return verify_; }

  uint32_t min_pbkdf2_iterations() const { return min_pbkdf2_iterations_; }

  // max_age is infinite where the policy has none.
  absl::Duration max_age() const { return max_age_; }

  uint32_t min_scram_iterations() const { return min_scram_iterations_; }
  bool upgrade_on_login() const { return upgrade_on_login_; }

  // max_rotation is how long an old password may stay valid beside a new one.
  absl::Duration max_rotation() const { return max_rotation_; }

 private:
  void Read(const v1::CredentialRules& rules, const PolicyPath& path, Problems* problems);
  void CheckTogether(const PolicyPath& path, Problems* problems) const;
  void ReadVerify(const v1::CredentialRules& rules, const PolicyPath& path, Problems* problems);
  void ReadStoreAs(const v1::CredentialRules& rules, const PolicyPath& path, Problems* problems);
  void ReadCosts(const v1::CredentialRules& rules, const PolicyPath& path, Problems* problems);

  // SchemeNames; empty: every one.
  std::vector<std::string> verify_;
  std::vector<std::string> weak_schemes_;
  std::vector<std::string> store_as_ = {"SCRAM-SHA-256", "SCRAM-SHA-512"};
  CredentialCosts costs_;
  uint32_t min_scram_iterations_ = 4096;
  uint32_t min_pbkdf2_iterations_ = 0;
  absl::Duration max_age_ = absl::InfiniteDuration();
  absl::Duration max_rotation_ = absl::ZeroDuration();
  bool upgrade_on_login_ = false;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_CREDENTIAL_RULES_H_
