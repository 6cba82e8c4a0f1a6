#ifndef SALLYPORT_GATEWAY_UPSTREAM_LOGIN_H_
#define SALLYPORT_GATEWAY_UPSTREAM_LOGIN_H_

// Connects to the broker for one authenticated client and logs in there: TCP,
// the PROXY header if the broker wants one, TLS, and AMQP's SASL handshake in
// the client's role (AMQP 1.0 section 5.3), with the client's identity
// (EXTERNAL), a service account or nobody's (ANONYMOUS). The client's own SASL
// messages, and its authorization id in them, never go to the broker. What is slow
// is done on the account's threads. Lives on one loop; holds itself alive.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"
#include "core/handshake/client_handshake.h"
#include "gateway/broker.h"
#include "gateway/event_loop.h"
#include "gateway/proxy_protocol.h"
#include "gateway/transport.h"

namespace sallyport::gateway {

// UpstreamRequest says for whom.
struct UpstreamRequest {
  // The authorization id.
  std::string identity;
  // The client's addresses, for the PROXY header.
  ProxyAddresses addresses;
};

// UpstreamConnection is logged in.
struct UpstreamConnection {
  std::unique_ptr<Transport> transport;
  // What the broker sent behind its outcome.
  std::string received;
  // By which the gateway logged in.
  std::string mechanism;
};

// UpstreamFailure says which step failed ("certificate", "token", "connect", "tls",
// "login") and why, for the log.
struct UpstreamFailure {
  const char* step = "";
  std::string what;
};

class UpstreamLogin : public Connection, public std::enable_shared_from_this<UpstreamLogin> {
 public:
  using Result = std::variant<UpstreamConnection, UpstreamFailure>;
  using OnEnd = absl::AnyInvocable<void(Result)>;

  // Start begins. `broker` must outlive the login. `on_end` is called once, on
  // the loop, and never from within Start; within broker.config.connect_timeout.
  static std::shared_ptr<UpstreamLogin> Start(EventLoop& loop, const Broker& broker,
                                              UpstreamRequest request, OnEnd on_end);

  // Abort fails it.
  void Abort() override;

 private:
  enum class State { kToken, kConnecting, kProxyHeader, kTls, kSasl, kDerivation, kEnded };
  enum class Step { kAgain, kWaiting };

  UpstreamLogin(EventLoop& loop, const Broker& broker, UpstreamRequest request, OnEnd on_end);

  using Progress = absl::StatusOr<ClientHandshake::Progress>;

  void Begin();
  void ReadToken();
  void FindBroker();
  void Connect(asio::ip::tcp::resolver::results_type endpoints);
  void Run();
  Step SendProxyHeader();
  Step ShakeTlsHands();
  Step Exchange();
  Step Flush();
  void BeginTls();
  void BeginSasl();
  Step OnProgress(Progress progress, std::string_view bytes);
  void Derive(NeedDerivation need, std::string_view bytes);
  void OnDerived(uint64_t ticket, DerivationAnswer answer);
  Step WaitFor(IoStatus status);
  void Fail(std::string what);
  void End(Result result);
  const char* StepName() const;

  const Broker& broker_;
  UpstreamRequest request_;
  OnEnd on_end_;
  State state_ = State::kConnecting;
  std::shared_ptr<X509> certificate_;
  Secret token_;
  asio::steady_timer timer_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<ClientHandshake> handshake_;
  std::string to_send_;
  // What the broker sent before a derivation.
  std::string received_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_UPSTREAM_LOGIN_H_
