#ifndef SALLYPORT_CORE_SASL_PASSWORD_LOGIN_H_
#define SALLYPORT_CORE_SASL_PASSWORD_LOGIN_H_

// The server's side of a mechanism whose client sends its password (PLAIN, LOGIN):
// from the password to the verdict. The account's usable stored credentials decide;
// where it has none, its PasswordVerifier does. Whether a user exists is not to be told
// from steps, bytes or work: an unknown one is checked against a decoy. Weak hashes
// verify nobody unless the settings name them. Not thread-safe.

#include <optional>
#include <string_view>
#include <vector>

#include "core/credentials/secret.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {

// PasswordLogin is the base of such a mechanism.
class PasswordLogin : public SequencedServerMechanism {
 protected:
  // `settings` must outlive the mechanism.
  PasswordLogin(Opening opening, const ServerMechanismSettings& settings)
      : SequencedServerMechanism(opening), settings_(settings) {}

  // Check is the mechanism's last step of its own: the password, as it was sent, of
  // whom `query` names.
  StepResult Check(CredentialQuery query, std::string_view password);

 private:
  StepResult OnCredentials(CredentialsFound found) final;
  StepResult OnPasswordVerdict(PasswordVerdict verdict) final;

  // What the account has that may verify its password.
  std::vector<Credential> UsableCredentials() const;
  std::vector<Credential> DecoyCredentials() const;

  const ServerMechanismSettings& settings_;
  CredentialQuery query_;
  Secret password_;
  // What is handed over once the verdict is good.
  std::optional<Secret> verified_;
  CredentialsFound found_;
  bool usable_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PASSWORD_LOGIN_H_
