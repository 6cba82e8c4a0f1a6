#ifndef SALLYPORT_GATEWAY_CLIENT_CONNECTION_H_
#define SALLYPORT_GATEWAY_CLIENT_CONNECTION_H_

// One client from accept until it is spliced with the broker, or closed: the
// PROXY header, TLS, the SASL handshake with the central service, and then the
// login at the broker. It leaves a line in the log for each end that it can
// come to. Lives on one loop; holds itself alive.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "client/authenticator.h"
#include "gateway/broker.h"
#include "gateway/connection_limits.h"
#include "gateway/event_loop.h"
#include "gateway/gateway_config.h"
#include "gateway/sasl_relay.h"
#include "gateway/transport.h"
#include "gateway/upstream_login.h"

namespace sallyport::gateway {

// ClientContext is what the clients of one listener share; it outlives them.
struct ClientContext {
  const ListenerConfig& listener;
  // Null: without TLS.
  SSL_CTX* tls = nullptr;
  const LimitsConfig& limits;
  client::Authenticator& authenticator;
  const Broker& broker;
};

class ClientConnection : public Connection, public std::enable_shared_from_this<ClientConnection> {
 public:
  // Start takes over an accepted socket, on the loop's thread.
  static void Start(EventLoop& loop, const ClientContext& context, asio::ip::tcp::socket socket,
                    ConnectionSlot slot);

  void Abort() override;

 private:
  enum class Phase { kProxyHeader, kTls, kSasl, kUpstream, kEnded };

  ClientConnection(EventLoop& loop, const ClientContext& context, asio::ip::tcp::socket socket,
                   ConnectionSlot slot);

  void Begin();
  void Run();
  bool ReadProxyHeader();
  bool TakeProxyBytes(size_t size);
  void BeginTls();
  bool ShakeTlsHands();
  bool WaitFor(IoStatus status);
  void BeginSasl();
  void OnSaslEnd(SaslRelay::Result result);
  bool IsNobody(const client::AuthenticatedIdentity& identity) const;
  void OnAuthenticated(SaslRelayOutcome result);
  void OnUpstream(UpstreamLogin::Result result, std::string to_client, std::string rest);
  void BeginSplice(UpstreamConnection upstream, std::string to_client, std::string rest);

  void LogAuthenticated() const;
  void LogRefused(const client::Outcome& outcome) const;
  // Drop logs why the client was not authenticated, and closes at once.
  void Drop(std::string_view why, bool silent = false);
  void Close();
  void CloseGently(std::string last_words);

  const ClientContext& context_;
  ConnectionSlot slot_;
  ProxyAddresses addresses_;
  std::unique_ptr<Transport> transport_;
  std::optional<client::TlsFacts> tls_facts_;
  asio::steady_timer deadline_;
  Phase phase_ = Phase::kProxyHeader;
  std::string proxy_header_;
  std::shared_ptr<SaslRelay> relay_;
  client::Outcome outcome_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_CLIENT_CONNECTION_H_
