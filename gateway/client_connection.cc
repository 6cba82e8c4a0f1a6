#include "gateway/client_connection.h"

#include <utility>

#include "gateway/lingering_close.h"
#include "gateway/splice.h"
#include "gateway/tls_context.h"
#include "gateway/tls_facts.h"
#include "process/log.h"

namespace sallyport::gateway {

using process::Log;
using process::LogLevel;

void ClientConnection::Start(EventLoop& loop, const ClientContext& context,
                             asio::ip::tcp::socket socket, ConnectionSlot slot) {
  std::shared_ptr<ClientConnection> connection(
      new ClientConnection(loop, context, std::move(socket), std::move(slot)));
  connection->Begin();
}

ClientConnection::ClientConnection(EventLoop& loop, const ClientContext& context,
                                   asio::ip::tcp::socket socket, ConnectionSlot slot)
    : Connection(loop), context_(context), slot_(std::move(slot)), deadline_(loop.context()) {
  // A client that is already gone has no address; its first read tells.
  asio::error_code ignored;
  addresses_ = {socket.remote_endpoint(ignored), socket.local_endpoint(ignored)};
  transport_ = std::make_unique<Transport>(std::move(socket));
}

void ClientConnection::Begin() {
  deadline_.expires_after(absl::ToChronoNanoseconds(context_.limits.time_before_authentication));
  deadline_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error && self->phase_ < Phase::kUpstream) self->Drop("timed out before authentication");
  });
  if (context_.listener.proxy_protocol != ProxyProtocol::kNone) return Run();
  BeginTls();
}

void ClientConnection::Abort() {
  if (phase_ == Phase::kEnded) return;
  // What ends may be the last to hold this.
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  // During the login at the broker, that ends first, and ends this.
  if (phase_ != Phase::kUpstream) Drop("the gateway is shutting down");
}

void ClientConnection::Run() {
  bool again = true;
  while (again) {
    switch (phase_) {
      case Phase::kProxyHeader:
        again = ReadProxyHeader();
        break;
      case Phase::kTls:
        again = ShakeTlsHands();
        break;
      default:
        return;
    }
  }
}

bool ClientConnection::ReadProxyHeader() {
  // Looked at first: what follows the header is TLS's or AMQP's, and must stay in the socket.
  const IoResult peeked = transport_->Peek(loop_.scratch().first(kMaxProxyHeaderSize));
  if (peeked.status != IoStatus::kDone) return WaitFor(peeked.status);
  const size_t known = proxy_header_.size();
  proxy_header_.append(loop_.scratch().data(), peeked.size);
  const ProxyParse parsed = ParseProxyHeader(proxy_header_, context_.listener.proxy_protocol);
  if (const auto* malformed = std::get_if<ProxyMalformed>(&parsed)) {
    Drop(malformed->what);
    return false;
  }
  const auto* header = std::get_if<ProxyHeader>(&parsed);
  if (!TakeProxyBytes(header == nullptr ? peeked.size : header->size - known)) return false;
  if (header == nullptr) return true;
  if (header->addresses.has_value()) addresses_ = *header->addresses;
  std::string().swap(proxy_header_);
  BeginTls();
  return false;
}

bool ClientConnection::TakeProxyBytes(size_t size) {
  const IoResult taken = transport_->Read(loop_.scratch().first(size));
  if (taken.status == IoStatus::kDone && taken.size == size) return true;
  Drop("the client's connection broke in the PROXY header");
  return false;
}

void ClientConnection::BeginTls() {
  if (!slot_.CountAddress(addresses_.source.address())) {
    return Drop("too many connections from this address");
  }
  if (context_.tls == nullptr) return BeginSasl();
  SslPtr ssl = NewListenerSsl(context_.tls);
  if (ssl == nullptr) return Drop("TLS: out of memory");
  transport_->StartTls(std::move(ssl));
  phase_ = Phase::kTls;
  Run();
}

bool ClientConnection::ShakeTlsHands() {
  const IoStatus status = transport_->TlsHandshake();
  if (status == IoStatus::kDone) {
    tls_facts_ = ReadTlsFacts(transport_->tls());
    BeginSasl();
    return false;
  }
  if (status != IoStatus::kFailed) return WaitFor(status);
  Log(LogLevel::kInfo, "client not authenticated",
      {{"listener", context_.listener.name},
       {"client", FormatEndpoint(addresses_.source)},
       {"why", transport_->error()}});
  // Gently: TLS has just written an alert that says why.
  CloseGently("");
  return false;
}

bool ClientConnection::WaitFor(IoStatus status) {
  if (status == IoStatus::kEnd) {
    Drop("the client closed the connection", proxy_header_.empty());
  } else if (status == IoStatus::kFailed) {
    Drop(transport_->error());
  } else {
    transport_->Wait(status, [self = shared_from_this()](const asio::error_code&) { self->Run(); });
  }
  return false;
}

void ClientConnection::BeginSasl() {
  phase_ = Phase::kSasl;
  client::ConnectionFacts facts = {
      .listener = context_.listener.name,
      .remote_address = FormatEndpoint(addresses_.source),
      .local_address = FormatEndpoint(addresses_.destination),
      .tls = tls_facts_,
  };
  relay_ = SaslRelay::Start(loop_, *transport_, context_.authenticator, std::move(facts),
                            context_.limits.bytes_before_authentication,
                            [self = shared_from_this()](SaslRelay::Result result) {
                              self->OnSaslEnd(std::move(result));
                            });
}

void ClientConnection::OnSaslEnd(SaslRelay::Result result) {
  relay_.reset();
  if (const auto* fault = std::get_if<SaslRelayFault>(&result)) {
    return Drop(fault->what, fault->silent);
  }
  auto& decided = std::get<SaslRelayOutcome>(result);
  const bool authenticated =
      decided.outcome.code == amqp::SaslCode::kOk && decided.outcome.identity.has_value();
  if (authenticated && IsNobody(*decided.outcome.identity)) {
    return Drop("an anonymous client cannot be given a certificate of its own", false);
  }
  if (authenticated) return OnAuthenticated(std::move(decided));
  LogRefused(decided.outcome);
  CloseGently(std::move(decided.to_send));
}

// With EXTERNAL the broker would take an anonymous client for a user of that name.
bool ClientConnection::IsNobody(const client::AuthenticatedIdentity& identity) const {
  return context_.broker.config.login == BrokerLogin::kExternal &&
         identity.mechanism == "ANONYMOUS";
}

void ClientConnection::OnAuthenticated(SaslRelayOutcome result) {
  phase_ = Phase::kUpstream;
  deadline_.cancel();
  outcome_ = std::move(result.outcome);
  LogAuthenticated();
  UpstreamLogin::Start(loop_, context_.broker, {outcome_.identity->authorization_id, addresses_},
                       [self = shared_from_this(), to_client = std::move(result.to_send),
                        rest = std::move(result.rest)](UpstreamLogin::Result upstream) mutable {
                         self->OnUpstream(std::move(upstream), std::move(to_client),
                                          std::move(rest));
                       });
}

void ClientConnection::OnUpstream(UpstreamLogin::Result result, std::string to_client,
                                  std::string rest) {
  if (auto* upstream = std::get_if<UpstreamConnection>(&result)) {
    return BeginSplice(std::move(*upstream), std::move(to_client), std::move(rest));
  }
  const auto& failure = std::get<UpstreamFailure>(result);
  Log(LogLevel::kWarning, "broker login failed",
      {{"listener", context_.listener.name},
       {"client", FormatEndpoint(addresses_.source)},
       {"handshake_id", outcome_.handshake_id},
       {"authorization_id", outcome_.identity->authorization_id},
       {"step", failure.step},
       {"why", failure.what}});
  CloseGently(std::move(to_client));
}

void ClientConnection::BeginSplice(UpstreamConnection upstream, std::string to_client,
                                   std::string rest) {
  phase_ = Phase::kEnded;
  Log(LogLevel::kDebug, "broker login",
      {{"handshake_id", outcome_.handshake_id}, {"mechanism", upstream.mechanism}});
  to_client.append(upstream.received);
  Splice::Start(loop_, {std::move(transport_), std::move(to_client)},
                {std::move(upstream.transport), std::move(rest)},
                [slot = std::move(slot_), handshake_id = outcome_.handshake_id,
                 client = FormatEndpoint(addresses_.source)](const SpliceEnd& end) {
                  Log(LogLevel::kInfo, "connection ended",
                      {{"client", client},
                       {"handshake_id", handshake_id},
                       {"bytes_from_client", end.bytes_from_client},
                       {"bytes_from_broker", end.bytes_from_broker},
                       {"error", end.error}});
                });
}

void ClientConnection::LogAuthenticated() const {
  const client::AuthenticatedIdentity& identity = *outcome_.identity;
  Log(LogLevel::kInfo, "client authenticated",
      {{"listener", context_.listener.name},
       {"client", FormatEndpoint(addresses_.source)},
       {"handshake_id", outcome_.handshake_id},
       {"authentication_id", identity.authentication_id},
       {"authorization_id", identity.authorization_id},
       {"mechanism", identity.mechanism},
       {"tenant", identity.tenant},
       {"hostname", outcome_.hostname},
       {"tls", tls_facts_.has_value() ? tls_facts_->version : ""},
       {"channel_bound", identity.channel_bound}});
}

}  // namespace sallyport::gateway
