#ifndef SALLYPORT_TESTS_CORE_SASL_MECHANISM_DRIVER_H_
#define SALLYPORT_TESTS_CORE_SASL_MECHANISM_DRIVER_H_

// Plays the host of a mechanism: answers its queries from a map, does its
// derivations on the spot, waits for the verifiers of accounts, and carries messages
// between the two sides. In tests only. Not thread-safe.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/client_mechanism.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// ScriptedRandom hands out the bytes that it was given, and fails once they run
// out.
class ScriptedRandom : public RandomSource {
 public:
  explicit ScriptedRandom(std::string script) : script_(std::move(script)) {}
  bool Fill(std::span<char> out) override;

 private:
  std::string script_;
};

// TestSettings are a listener's, with a fixed decoy key, cheap decoys and the realm
// "realm.test".
ServerMechanismSettings TestSettings();

// TestAccount has a credential of each scheme for the same password.
std::shared_ptr<const Account> TestAccount(std::string_view name, std::string_view password,
                                           const std::vector<std::string_view>& schemes);

// CredentialBook is a store: who is not in it is unknown.
using CredentialBook = std::map<std::string, CredentialsFound, std::less<>>;

// MechanismDriver drives the server's side.
class MechanismDriver {
 public:
  // MechanismDriver keeps a copy of `book`. A mechanism that could not be made is a
  // test failure.
  MechanismDriver(absl::StatusOr<std::unique_ptr<ServerMechanism>> mechanism, CredentialBook book);

  // Step passes a message on, and answers what the mechanism needs until it
  // waits for the client or has finished. A status that is not OK is a test
  // failure.
  StepResult Step(std::optional<std::string_view> message);

  // Move saves the state of the mechanism, and goes on with `fresh` from there. Whatever
  // goes wrong is a test failure.
  void Move(absl::StatusOr<std::unique_ptr<ServerMechanism>> fresh);

  // properties are the mechanism's.
  MechanismProperties properties() const { return mechanism_->properties(); }
  // queries are those asked so far.
  const std::vector<CredentialQuery>& queries() const { return queries_; }
  // sessions are what NeedSession is answered from. What a success leaves to be
  // remembered is added, and what is asked for is taken out.
  std::map<std::string, SessionFound>& sessions() { return sessions_; }
  // tokens are whom each token vouches for; one that is not there is unknown.
  CredentialBook& tokens() { return tokens_; }
  // derivations is the work asked for so far; the answers were really derived.
  const std::vector<KeyDerivation>& derivations() const { return derivations_; }

 private:
  CredentialsFound Find(const CredentialQuery& query) const;

  std::unique_ptr<ServerMechanism> mechanism_;
  CredentialBook book_;
  CredentialBook tokens_;
  std::map<std::string, SessionFound> sessions_;
  std::vector<CredentialQuery> queries_;
  std::vector<KeyDerivation> derivations_;
};

// StepClient passes a challenge to the client's side, and does its derivations.
std::variant<ServerFault, ClientResponse> StepClient(ClientMechanism& client,
                                                     std::optional<std::string_view> challenge);

// MovedClient is `fresh`, which goes on from the state of `client`. Whatever goes wrong
// is a test failure.
std::unique_ptr<ClientMechanism> MovedClient(
    const ClientMechanism& client, absl::StatusOr<std::unique_ptr<ClientMechanism>> fresh);

// Conversation is what two sides said to one another, and how it ended.
struct Conversation {
  std::vector<std::string> responses;
  std::vector<std::string> challenges;
  // Failure or Success, unless the client gave up first.
  StepResult outcome;
  // Set where the client does not trust the server.
  std::optional<ServerFault> fault;
};

// Converse runs both sides to the end.
Conversation Converse(MechanismDriver& server, ClientMechanism& client);

// ReasonOf is the failure's reason; nullopt where `result` is none.
std::optional<FailureReason> ReasonOf(const StepResult& result);

// IdentityIn is the success's identity; null where `result` is none.
const Identity* IdentityIn(const StepResult& result);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_MECHANISM_DRIVER_H_
