#ifndef SALLYPORT_CORE_CREDENTIALS_KEY_DERIVATION_H_
#define SALLYPORT_CORE_CREDENTIALS_KEY_DERIVATION_H_

// Work that is slow: on purpose (PBKDF2, Argon2, crypt(3)), or since a library waits
// for a file or a network (Kerberos), or since a store is asked (an LDAP bind). A
// mechanism never does it: it returns a KeyDerivation, and the host runs it off its
// event threads with Derive(), a DelegatedCheck with AskVerifier(), and hands the
// answer back.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "core/credentials/account.h"
#include "core/credentials/password_verifier.h"
#include "core/credentials/secret.h"

namespace sallyport {

// PasswordCheck asks whether `password` is that of any of `credentials`. An empty
// password, and a credential without a key, match nothing.
struct PasswordCheck {
  Secret password;
  // Never empty: for an unknown user it holds a decoy of the usual cost.
  std::vector<Credential> credentials;
};

// SaltedPassword asks for SCRAM's Hi(password, salt, iterations) (RFC 5802
// section 2.2).
struct SaltedPassword {
  HashFunction hash = HashFunction::kSha256;
  Secret password;
  std::string salt;
  uint32_t iterations = 0;
};

// SlowStep is work of a mechanism's own, which reads the result off it afterwards.
// It must not touch the mechanism, which may be gone by then.
class SlowStep {
 public:
  virtual ~SlowStep() = default;

  // Run does the work: once, on any thread.
  virtual void Run() = 0;
};

// DelegatedCheck asks a store that keeps its secrets to itself whether `password` is
// right. An empty one is wrong without being asked about.
struct DelegatedCheck {
  Secret password;
  std::shared_ptr<const PasswordVerifier> verifier;
};

using KeyDerivation =
    std::variant<PasswordCheck, SaltedPassword, std::shared_ptr<SlowStep>, DelegatedCheck>;

// PasswordVerdict answers a PasswordCheck and a DelegatedCheck.
struct PasswordVerdict {
  bool matches = false;
};

// DerivationRefused says that the work was not done: the pool was full, the store could
// not tell, a library failed or is without the hash function, or the work has costs
// beyond the limits of credential.h.
struct DerivationRefused {
  bool overloaded = false;
  bool store_unavailable = false;
};

// SlowStepDone answers a SlowStep, whatever came of it.
struct SlowStepDone {};

// A Secret answers a SaltedPassword.
using DerivationAnswer = std::variant<DerivationRefused, PasswordVerdict, Secret, SlowStepDone>;

// Derive does the work on the calling thread: milliseconds to seconds. A
// PasswordCheck tries every credential, so that its time does not tell which
// one matched. A DelegatedCheck is refused: it is not work for a thread. Thread-safe.
DerivationAnswer Derive(const KeyDerivation& work);

// AskVerifier has the store judge `check`. `done` is called exactly once: on any thread,
// perhaps the caller's. Thread-safe.
void AskVerifier(DelegatedCheck check, absl::AnyInvocable<void(DerivationAnswer) &&> done);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_KEY_DERIVATION_H_
