#ifndef SALLYPORT_CORE_IO_CREDENTIAL_PROVIDER_H_
#define SALLYPORT_CORE_IO_CREDENTIAL_PROVIDER_H_

// What a program that embeds the core gives its handshakes: the stored
// credentials, somewhere to do slow work, and a memory of sessions if it likes. One provider may
// serve any number of ios. Each answer goes to the thread that the asking io is used on, at once or
// later; the io may be gone by then, and a second answer is ignored.

#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

class CredentialProvider {
 public:
  using AnswerCredentials = std::function<void(CredentialAnswer)>;
  using AnswerDerivation = std::function<void(DerivationAnswer)>;

  virtual ~CredentialProvider() = default;

  // Find looks an account up, by the query's token where it has one. A user who is
  // not there is CredentialsFound without an account; CredentialsUnavailable is for
  // a store that cannot be asked.
  virtual void Find(const CredentialQuery& query, AnswerCredentials answer) = 0;

  // Derive does work that is slow on purpose: here on the spot. A program with
  // more than one connection on a thread has another thread do it. A program whose
  // accounts have PasswordVerifiers sees to it that these answer on the io's thread, or
  // brings their answers there in a Derive of its own.
  virtual void Derive(KeyDerivation work, AnswerDerivation answer) {
    if (auto* check = std::get_if<DelegatedCheck>(&work)) {
      return AskVerifier(std::move(*check), std::move(answer));
    }
    answer(sallyport::Derive(work));
  }

  // TakeSession gives out, once, what RememberSession was given under `id`. A
  // provider that remembers nothing makes every client begin anew.
  virtual SessionAnswer TakeSession(const std::string&) { return SessionUnknown{}; }

  // RememberSession keeps a session for the client's next login.
  virtual void RememberSession(RememberedSession) {}
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_CREDENTIAL_PROVIDER_H_
