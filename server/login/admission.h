#ifndef SALLYPORT_SERVER_LOGIN_ADMISSION_H_
#define SALLYPORT_SERVER_LOGIN_ADMISSION_H_

// Whether a connection may begin a login, or go on with one: what is decided
// before the client is heard.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/handshake/mechanism_offer.h"
#include "core/sasl/server_mechanism.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/handshake_host.h"

namespace sallyport::server {

// AdmittedConnection is what a login keeps of its connection.
struct AdmittedConnection {
  std::string listener;
  std::string remote_address;
  // DER, or empty.
  std::string peer_certificate;
  // Those that the policy accepts.
  std::vector<ChannelBinding> bindings;
  std::shared_ptr<const ListenerPolicy> policy;
  std::shared_ptr<const MechanismOffer> offer;
  // What resume tokens are bound to. Empty: it has none.
  std::string token_binding;
  // Whether what waits for the client carries a token.
  bool resumable = false;

  // MechanismContext views the connection.
  ServerMechanismContext MechanismContext(RandomSource& random) const;
};

// Admission is a connection, and where its handshake goes on if it does not
// begin.
struct Admission {
  AdmittedConnection connection;
  std::optional<OpenedToken> token;
};

// Refusal says why a connection is not admitted.
struct Refusal {
  FailureReason reason = FailureReason::kInternal;
  // A static sentence, or null.
  const char* what = nullptr;
};

// Admit judges a connection that `rpc` opened with `context`, and a hostname
// where the RPC names one; with a token, which is empty where there is none.
std::variant<Refusal, Admission> Admit(HandshakeHost& host, ResumableRpc rpc,
                                       const v1::ConnectionContext& context,
                                       std::string_view hostname, std::string_view resume_token);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_ADMISSION_H_
