#ifndef SALLYPORT_TESTS_CORE_HANDSHAKE_SERVER_SESSION_H_
#define SALLYPORT_TESTS_CORE_HANDSHAKE_SERVER_SESSION_H_

// Plays the host of a ServerHandshake: looks accounts up in a map, does derivations on
// the spot or when the test says so, and checks what must hold of every handshake. The
// same input always gives the same bytes. In tests only. Not thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/handshake/server_handshake.h"

namespace sallyport {

// RepeatableRandom fills with bytes that depend on its seed only.
class RepeatableRandom : public RandomSource {
 public:
  explicit RepeatableRandom(uint32_t seed) : state_(seed) {}
  bool Fill(std::span<char> out) override;

 private:
  uint32_t state_;
};

// ServerSetup is what a session is made from; it outlives the session.
struct ServerSetup {
  std::shared_ptr<const MechanismOffer> offer;
  HandshakeLimits limits;
  ServerMechanismSettings settings = CheapSettings();
  std::vector<ChannelBinding> channel_bindings;
  std::string peer_certificate;
  // Who is not here is unknown.
  std::map<std::string, CredentialsFound, std::less<>> accounts;
  // Whom each token vouches for; one that is not here is unknown.
  std::map<std::string, CredentialsFound, std::less<>> tokens;
  // What NeedSession is answered from.
  std::map<std::string, SessionFound> sessions;
  // Answers every query, where set.
  std::optional<FailureReason> outage;

  // CheapSettings have decoys that cost next to nothing.
  static ServerMechanismSettings CheapSettings();
};

// OfferOf offers mechanisms of the registry.
std::shared_ptr<const MechanismOffer> OfferOf(const std::vector<std::string_view>& names,
                                              const std::vector<std::string_view>& withheld = {});

// AccountOf has a credential of each scheme for `password`; the salts are always the same.
CredentialsFound AccountOf(std::string_view name, std::string_view password,
                           const std::vector<std::string_view>& schemes,
                           const CredentialCosts& costs = {});

// SessionResult is all that can be seen of a handshake from outside.
struct SessionResult {
  std::string sent;
  uint64_t consumed = 0;
  std::string hostname;
  // Of the outcome; empty while there is none.
  std::string outcome;

  bool operator==(const SessionResult&) const = default;
};

class ServerSession {
 public:
  // ServerSession has sent its greeting.
  explicit ServerSession(const ServerSetup& setup);

  // ServerSession goes on from a saved state, on another replica.
  ServerSession(const ServerSetup& setup, std::string_view saved);

  // Save is the state of a handshake that waits for its client.
  std::string Save() const;

  // Receive hands `bytes` on, from memory that is gone when it returns. It leaves what
  // the handshake then needs to AnswerAll.
  void Receive(std::string_view bytes);

  // AnswerAll answers until the handshake waits for the client or has ended.
  void AnswerAll();

  // Exchange is Receive and AnswerAll.
  void Exchange(std::string_view bytes) {
    Receive(bytes);
    AnswerAll();
  }

  // Fail ends the handshake for the host's reason.
  void Fail(FailureReason reason);

  const ServerHandshake& handshake() const { return handshake_; }
  // sent is everything so far, the greeting in front; TakeUnread is what came since the
  // last TakeUnread.
  const std::string& sent() const { return sent_; }
  std::string TakeUnread();
  const std::optional<HandshakeOutcome>& outcome() const { return outcome_; }
  SessionResult Result() const;

  // Inconsistency is a sentence on what must never be: a second outcome, more consumed
  // than given, an answer that was refused, a code on the wire that is not the outcome's,
  // an identity without success. Empty: all is well.
  std::string Inconsistency() const;

 private:
  void Take(HandshakeStep step);

  const ServerSetup& setup_;
  RepeatableRandom random_{1};
  ServerHandshake handshake_;
  std::string sent_;
  size_t read_ = 0;
  uint64_t given_ = 0;
  HandshakeStep pending_;
  std::optional<HandshakeOutcome> outcome_;
  std::string inconsistency_;
};

// OutcomeText is one line on all of an outcome.
std::string OutcomeText(const HandshakeOutcome& outcome);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_HANDSHAKE_SERVER_SESSION_H_
