#ifndef SALLYPORT_CORE_CREDENTIALS_PASSWORD_VERIFIER_H_
#define SALLYPORT_CORE_CREDENTIALS_PASSWORD_VERIFIER_H_

// A store that keeps its secrets to itself, and only says whether a password is
// right (an LDAP bind, a webhook). Only a mechanism whose client sends its password
// can use it.

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "core/credentials/secret.h"

namespace sallyport {

// PasswordAnswer is what came of asking.
enum class PasswordAnswer : uint8_t {
  kRight,
  kWrong,
  // The store could not tell: an outage, or too many questions at once.
  kUnavailable,
};

// PasswordVerifier asks about the password of one user. Thread-safe.
class PasswordVerifier {
 public:
  using Done = absl::AnyInvocable<void(PasswordAnswer) &&>;

  virtual ~PasswordVerifier() = default;

  // Verify asks the store, which takes its time, and calls `done` exactly once: on
  // any thread, perhaps the caller's. An empty password is wrong without being asked
  // about.
  virtual void Verify(const Secret& password, Done done) const = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_PASSWORD_VERIFIER_H_
