#ifndef SALLYPORT_CORE_SASL_CLIENT_MECHANISM_H_
#define SALLYPORT_CORE_SASL_CLIENT_MECHANISM_H_

// The client's side of a SASL mechanism, in the same form as the server's: pure,
// never waiting, the peer's faults as values. Not thread-safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"
#include "core/sasl/channel_binding.h"
#include "core/sasl/mechanism_parameter.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// ClientCredentials are what a client logs in with; UTF-8, not yet prepared.
struct ClientCredentials {
  std::string authentication_id;
  // Empty: act as authentication_id.
  std::string authorization_id;
  Secret password;
  // A bearer token (RFC 6750).
  Secret token;
};

// ClientResponse is to be sent; nullopt only at the start, where the mechanism
// has no initial response.
struct ClientResponse {
  std::optional<std::string> bytes;
};

// ServerFault says that the server's message was wrong or its proof false: the
// connection must not be used. `what` is a static sentence.
struct ServerFault {
  const char* what = nullptr;
};

using ClientStepResult = std::variant<ServerFault, ClientResponse, NeedDerivation>;

class ClientMechanism {
 public:
  virtual ~ClientMechanism() = default;

  // Step takes nullopt at the start, and then each challenge.
  virtual absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) = 0;

  // Resume hands in what NeedDerivation asked for.
  virtual absl::StatusOr<ClientStepResult> Resume(uint64_t ticket, DerivationAnswer answer);

  // Finish takes the additional data of a successful outcome, and says whether
  // the server has proved all that the mechanism wants it to prove: nullopt if
  // so. A mutual mechanism that saw no proof refuses.
  virtual std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) = 0;

  // SaveState writes what another mechanism of the same name needs to go on from
  // here, with the same credentials, which are not in it. It is a secret all the
  // same. FailedPrecondition unless a ClientResponse waits for its answer.
  virtual absl::Status SaveState(StateWriter& state) const;

  // RestoreState makes a mechanism that was not stepped yet go on from `state`, in
  // a context equal to the one that it was saved in. Whether `state` was whole is
  // its reader's to say. InvalidArgument for the state of another mechanism.
  virtual absl::Status RestoreState(StateReader& state);

  // session is what a later mechanism of the same name can go on from, faster than
  // anew: its ClientMechanismContext::session. nullopt where there is no such
  // thing, and before Finish was content.
  virtual std::optional<Secret> session() const { return std::nullopt; }

  // properties are facts about the exchange, complete once Finish was content.
  virtual MechanismProperties properties() const { return {}; }
};

// ClientMechanismContext is what a mechanism is made from. Pointers and views
// outlive it.
struct ClientMechanismContext {
  const ClientCredentials* credentials = nullptr;
  RandomSource* random = nullptr;
  // Of the client's own TLS connection, in order of preference.
  std::span<const ChannelBinding> channel_bindings;
  // Whether the server offered a -PLUS mechanism (RFC 5802's flag `y` or `n`).
  bool plus_offered = false;
  // The host that the client believes to speak to; may be empty where the
  // mechanism does not name it to the server.
  std::string_view server_name;
  std::span<const MechanismParameter> parameters;
  // Of an earlier mechanism of the same name; null: begin anew.
  const Secret* session = nullptr;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CLIENT_MECHANISM_H_
