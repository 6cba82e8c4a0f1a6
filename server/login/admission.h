#ifndef SALLYPORT_SERVER_LOGIN_ADMISSION_H_
#define SALLYPORT_SERVER_LOGIN_ADMISSION_H_

// Whether a connection may begin a login, or go on with one: what is decided
// before the client is heard; and what is decided once it has named a host.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/handshake/hostname_judge.h"
#include "core/handshake/mechanism_offer.h"
#include "core/sasl/server_mechanism.h"
#include "policy/policy.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/credential_lookup.h"
#include "server/login/handshake_host.h"
#include "server/policy/active_policy.h"
#include "server/policy/broker_usage.h"
#include "server/telemetry/login_stages.h"

namespace sallyport::server {

// AdmittedConnection is what a login keeps of its connection, and of the policy that it
// began under. Movable until something views it.
struct AdmittedConnection {
  std::string listener;
  std::string remote_address;
  std::string server_name;
  // DER, or empty.
  std::string peer_certificate;
  policy::ConnectionTraits traits;
  // Those that the policy accepts.
  std::vector<ChannelBinding> bindings;
  LoginParty party;
  std::shared_ptr<const MechanismOffer> offer;
  // What resume tokens are bound to. Empty: it has none.
  std::string token_binding;
  // Whether what waits for the client carries a token.
  bool resumable = false;
  // Whether another stream or replica began it.
  bool resumed = false;
  // Where its time goes.
  LoginStages stages;
  // Where the login will be recorded; there is one wherever one is admitted.
  std::optional<AuditSlot> audit;
  // Its place among its broker's handshakes; the broker has none where the policy names
  // no brokers.
  BrokerUsage::Lease place_of_broker;

  policy::LoginOrigin Origin() const {
    return {.listener = listener, .server_name = server_name, .broker = party.broker->broker};
  }

  // DecoyRealm is the tenant's name where its users are kept apart from others'.
  std::string_view DecoyRealm() const;

  // MechanismContext views the connection.
  ServerMechanismContext MechanismContext(RandomSource& random) const;
};

// ConnectionJudge settles an admitted connection's scope by the hostname.
class ConnectionJudge : public HostnameJudge {
 public:
  // `connection` must outlive the judge, and what it gives.
  explicit ConnectionJudge(AdmittedConnection& connection) : connection_(connection) {}

  std::variant<Failure, LoginTerms> Judge(std::string_view hostname) override;

 private:
  std::variant<Failure, LoginTerms> JudgeHost(std::string_view hostname);

  AdmittedConnection& connection_;
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

// Admit judges a connection that `rpc` opened with `context`, as `broker` sees the
// policy; with a token, which is empty where there is none. An RPC whose start carries
// the hostname gives it; nullopt: the client is yet to name one.
std::variant<Refusal, Admission> Admit(HandshakeHost& host, ResumableRpc rpc,
                                       const v1::ConnectionContext& context,
                                       std::shared_ptr<const BrokerScope> broker,
                                       std::optional<std::string_view> hostname,
                                       std::string_view resume_token);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_ADMISSION_H_
