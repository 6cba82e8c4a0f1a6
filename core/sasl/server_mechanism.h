#ifndef SALLYPORT_CORE_SASL_SERVER_MECHANISM_H_
#define SALLYPORT_CORE_SASL_SERVER_MECHANISM_H_

// The server's side of a SASL mechanism (RFC 4422), as a pure state machine: it
// takes the client's message, and returns what to do next. It never waits: what
// it needs (a stored credential, a slow derivation, an earlier session) it returns,
// with a ticket, and is resumed with the answer.
//
// A peer's fault is a Failure value. A host's fault (a step out of turn, a stale
// ticket) is a non-OK absl::Status, after which the mechanism must be destroyed.
// Success and Failure are final. Cancelling is destroying. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/account.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "core/sasl/channel_binding.h"
#include "core/sasl/failure_reason.h"
#include "core/sasl/identity.h"
#include "core/sasl/mechanism_parameter.h"
#include "core/sasl/saved_state.h"

namespace sallyport {

// CredentialQuery names the account that a mechanism wants to see.
struct CredentialQuery {
  // In prepared form (RFC 4013). With a token it is what the client claims, and
  // may be empty.
  std::string authentication_id;
  // Empty where none was asked for, or one equal to authentication_id. With a token
  // it may be equal to the name that the token vouches for.
  std::string authorization_id;
  // A registry's name: valid for the life of the process.
  std::string_view mechanism;
  // A bearer token that is to vouch for the client, in place of a store. Empty
  // where the mechanism has none.
  Secret token;
};

// CredentialsFound answers a query that the store could answer, also where the
// user is unknown: "not found" and "not allowed" look the same to the peer, so
// the mechanism plays on, with a decoy where `account` is null, and fails with
// `denial` at the end.
struct CredentialsFound {
  std::shared_ptr<const Account> account;
  std::optional<FailureReason> denial;
  // Whether `account` is whom the query's token vouches for. A host that looks up
  // names only leaves it false, and no token gets anybody in.
  bool vouched_by_token = false;
  // What the token calls whom it vouches for, where the account's name is another.
  std::string vouched_name = {};
  // What exactly a token lacks, for the log: a static sentence, or null.
  const char* what = nullptr;
  // Where the store has its users checked by PasswordVerifiers: what a password is
  // checked against, at the same cost, where the account is null or has nothing to
  // check it against. The login is refused whatever it says. Null: a decoy credential
  // serves.
  std::shared_ptr<const PasswordVerifier> decoy_verifier = nullptr;
};

// CredentialsUnavailable says that nothing could be learned.
struct CredentialsUnavailable {
  // kStoreUnavailable, kOverloaded, kNoPolicy, kMisconfigured or kTimedOut.
  FailureReason reason = FailureReason::kStoreUnavailable;
};

using CredentialAnswer = std::variant<CredentialsUnavailable, CredentialsFound>;

// Challenge is to be sent to the client; its answer is the next Step.
struct Challenge {
  std::string bytes;
};

// NeedCredentials suspends the mechanism until Resume(ticket, answer).
struct NeedCredentials {
  uint64_t ticket = 0;
  CredentialQuery query;
};

// NeedDerivation suspends the mechanism until Resume(ticket, answer).
struct NeedDerivation {
  uint64_t ticket = 0;
  KeyDerivation work;
};

// NeedSession suspends the mechanism until Resume(ticket, answer): its client goes
// on with an earlier session of that id, rather than begin anew (RFC 2831 section
// 2.2). The host must give a session out once only: whoever goes on with it
// remembers it anew.
struct NeedSession {
  uint64_t ticket = 0;
  std::string id;
};

// SessionUnknown: the client must begin anew.
struct SessionUnknown {};

// SessionFound is what was remembered.
struct SessionFound {
  Secret state;
  // Whether it is too old: the client must begin anew, although it may be right.
  bool stale = false;
};

using SessionAnswer = std::variant<SessionUnknown, SessionFound>;

// RememberedSession is for the host to keep until a NeedSession asks for `id`. It
// holds none of the store's secrets.
struct RememberedSession {
  std::string id;
  Secret state;
};

struct Success {
  Identity identity;
  // The mechanism's final data (SCRAM's server-final message), where it has any.
  std::optional<std::string> additional_data;
  // Where the client may log in faster the next time.
  std::optional<RememberedSession> session;
  // The password that was verified, in prepared form, where the settings ask for it.
  std::optional<Secret> password;
};

struct Failure {
  FailureReason reason = FailureReason::kInternal;
  // What exactly was wrong, for the log: a static sentence, or null.
  const char* what = nullptr;
};

using StepResult =
    std::variant<Failure, Challenge, NeedCredentials, NeedDerivation, NeedSession, Success>;

class ServerMechanism {
 public:
  virtual ~ServerMechanism() = default;

  // Step takes the initial response (nullopt: the client sent none, which is
  // not the same as an empty one), and then each response.
  virtual absl::StatusOr<StepResult> Step(std::optional<std::string_view> response) = 0;

  // Resume hands in what NeedCredentials asked for.
  virtual absl::StatusOr<StepResult> Resume(uint64_t ticket, CredentialAnswer answer);

  // Resume hands in what NeedDerivation asked for.
  virtual absl::StatusOr<StepResult> Resume(uint64_t ticket, DerivationAnswer answer);

  // Resume hands in what NeedSession asked for.
  virtual absl::StatusOr<StepResult> Resume(uint64_t ticket, SessionAnswer answer);

  // properties are facts about the exchange, complete once it has succeeded.
  virtual MechanismProperties properties() const { return {}; }

  // SaveState writes what another mechanism of the same name needs to go on from
  // here. It holds none of the store's secrets: what was looked up is looked up
  // again. FailedPrecondition unless a Challenge waits for its answer.
  virtual absl::Status SaveState(StateWriter& state) const;

  // RestoreState makes a mechanism that was not stepped yet go on from `state`, in
  // a context equal to the one that it was saved in. Whether `state` was whole is
  // its reader's to say; no state makes the mechanism accept what it would not
  // have accepted where it was saved. InvalidArgument where the context lacks
  // what the state needs.
  virtual absl::Status RestoreState(StateReader& state);
};

// CertificateIdentity says which part of a client's certificate names it.
enum class CertificateIdentity : uint8_t {
  kCommonName,
  kDnsName,
  kEmailAddress,
  kUri,
  // The one URI, which must be a SPIFFE ID.
  kSpiffeId,
};

// KerberosSettings say who we are to Kerberos.
struct KerberosSettings {
  // The file with our keys; empty: the library's default.
  std::string keytab;
  // "amqp@auth.example", or "amqp": on any host whose key is in the file (RFC 4752
  // section 3.1 has the service's part checked). Empty: any service whose key is.
  std::string service = "amqp";
  // Whose principals are called by their name alone; those of others keep their
  // "@REALM". Empty: all keep it.
  std::string realm;
  // Whether to let in a client that does not have us prove ourselves. All that it
  // sends could then be replayed to another replica, within the clock skew: each
  // has a replay cache of its own, and nothing in it is fresh but the time.
  bool allow_one_way = false;
};

// ServerMechanismSettings are a listener's choices; shared and immutable.
struct ServerMechanismSettings {
  // Keys the salts of decoys; the same on every replica. Must not be empty.
  Secret decoy_key;
  // What a decoy must cost to look like a real credential.
  CredentialCosts costs;
  // The schemes that a new password is stored in: what a user's password is
  // checked against costs an unknown user the same.
  std::vector<std::string> decoy_schemes = {"SCRAM-SHA-256"};
  CertificateIdentity certificate_identity = CertificateIdentity::kCommonName;
  // Schemes that verify a password although they are weak (IsWeak).
  std::vector<std::string> weak_schemes;
  // SCRAM keys of fewer iterations count as none.
  uint32_t min_scram_iterations = 4096;
  // DIGEST-MD5's realm, which passwords are hashed with. Not empty where that is
  // offered.
  std::string digest_realm;
  // Whether a success by a password that the client sent carries it, for the host to
  // store anew.
  bool hands_over_password = false;
  // Whether the host can judge tokens: there is somebody who issues them.
  bool takes_tokens = false;
  // Whether a refused token is answered by a challenge that says so, as RFC 7628
  // section 3.2.3 has it, before the outcome; not all clients take one.
  bool token_error_as_challenge = true;
  KerberosSettings kerberos;
};

// ServerMechanismContext is what a mechanism may know of its connection. Every
// pointer and view outlives the mechanism.
struct ServerMechanismContext {
  const ServerMechanismSettings* settings = nullptr;
  RandomSource* random = nullptr;
  // Those that the listener accepts.
  std::span<const ChannelBinding> channel_bindings;
  // Whether any -PLUS mechanism was offered on this connection.
  bool plus_offered = false;
  // DER of the leaf, already verified; empty: none.
  std::string_view peer_certificate;
  // Whose users are asked for, where the same name elsewhere is another user; empty: there is
  // no elsewhere. An unknown name is then shown another salt in each.
  std::string_view decoy_realm;
  std::span<const MechanismParameter> parameters;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SERVER_MECHANISM_H_
