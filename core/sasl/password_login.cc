#include "core/sasl/password_login.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/credentials/key_derivation.h"
#include "core/credentials/weak_schemes.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/plain/decoy_credential.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport {
namespace {

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

}  // namespace

StepResult PasswordLogin::Check(CredentialQuery query, std::string_view password) {
  if (password.size() > kMaxFieldSize) return Malformed("the password is too long");
  std::optional<std::string> prepared = SaslPrepQuery(password);
  if (!prepared.has_value()) {
    return Malformed("the password is not UTF-8, or SASLprep prohibits it");
  }
  if (prepared->empty()) return Malformed("the password is empty once prepared");
  password_ = Secret(*prepared);
  Wipe(&*prepared);

  query_ = std::move(query);
  return NeedCredentials{0, query_};
}

StepResult PasswordLogin::OnCredentials(CredentialsFound found) {
  found_ = std::move(found);
  if (settings_.hands_over_password) verified_ = password_;
  std::vector<Credential> stored = UsableCredentials();
  std::shared_ptr<const PasswordVerifier> verifier = found_.decoy_verifier;
  usable_ = !stored.empty();
  if (!usable_ && found_.account != nullptr && found_.account->password_verifier != nullptr) {
    verifier = found_.account->password_verifier;
    usable_ = true;
  }
  if (stored.empty() && verifier != nullptr) {
    return NeedDerivation{0, DelegatedCheck{std::move(password_), std::move(verifier)}};
  }
  if (stored.empty()) stored = DecoyCredentials();
  return NeedDerivation{0, PasswordCheck{std::move(password_), std::move(stored)}};
}

std::vector<Credential> PasswordLogin::UsableCredentials() const {
  std::vector<Credential> usable;
  if (found_.account == nullptr) return usable;
  for (const StoredCredential& stored : found_.account->credentials) {
    if (MayVerify(stored.secret, settings_.weak_schemes)) usable.push_back(stored.secret);
  }
  return usable;
}

std::vector<Credential> PasswordLogin::DecoyCredentials() const {
  std::vector<Credential> decoys;
  for (const std::string& scheme : settings_.decoy_schemes) {
    decoys.push_back(DecoyCredential(scheme, query_.authentication_id, settings_.decoy_key.view(),
                                     settings_.costs));
  }
  return decoys;
}

StepResult PasswordLogin::OnPasswordVerdict(PasswordVerdict verdict) {
  if (const auto refusal = RefusalOf(found_, usable_, verdict.matches)) return Failure{*refusal};
  Success success{IdentityOf(std::move(query_), std::move(found_.account))};
  success.password = std::move(verified_);
  return success;
}

}  // namespace sallyport
