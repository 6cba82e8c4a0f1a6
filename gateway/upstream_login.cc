#include "gateway/upstream_login.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "asio/connect.hpp"
#include "asio/post.hpp"
#include "core/amqp/sasl_code.h"
#include "core/crypto/random_source.h"
#include "gateway/tls_context.h"

namespace sallyport::gateway {
namespace {

ClientHandshake::Options HandshakeOptions(const Broker& broker, SSL* tls, Secret token) {
  if (broker.account != nullptr) return broker.account->HandshakeOptions(tls, std::move(token));
  ClientHandshake::Options options;
  options.mechanisms = {broker.config.login == BrokerLogin::kExternal ? "EXTERNAL" : "ANONYMOUS"};
  return options;
}

}  // namespace

std::shared_ptr<UpstreamLogin> UpstreamLogin::Start(EventLoop& loop, const Broker& broker,
                                                    UpstreamRequest request, OnEnd on_end) {
  std::shared_ptr<UpstreamLogin> login(
      new UpstreamLogin(loop, broker, std::move(request), std::move(on_end)));
  asio::post(loop.context(), [login] { login->Begin(); });
  return login;
}

UpstreamLogin::UpstreamLogin(EventLoop& loop, const Broker& broker, UpstreamRequest request,
                             OnEnd on_end)
    : Connection(loop),
      broker_(broker),
      request_(std::move(request)),
      on_end_(std::move(on_end)),
      timer_(loop.context()),
      resolver_(loop.context()),
      socket_(loop.context()) {}

void UpstreamLogin::Abort() { Fail("the gateway is shutting down"); }

void UpstreamLogin::Begin() {
  if (state_ == State::kEnded) return;
  if (broker_.minter != nullptr) {
    auto certificate = broker_.minter->CertificateFor(request_.identity, absl::Now());
    if (!certificate.ok()) {
      return End(UpstreamFailure{"certificate", std::string(certificate.status().message())});
    }
    certificate_ = *std::move(certificate);
  }
  timer_.expires_after(absl::ToChronoNanoseconds(broker_.config.connect_timeout));
  timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error) self->Fail("timed out");
  });
  if (broker_.account != nullptr && broker_.account->has_token()) return ReadToken();
  FindBroker();
}

void UpstreamLogin::ReadToken() {
  state_ = State::kToken;
  broker_.account->slow_work().Do(
      loop_.context(), weak_from_this(),
      [account = broker_.account.get()] { return account->ReadToken(); },
      [](UpstreamLogin& self, absl::StatusOr<Secret> token) {
        if (self.state_ == State::kEnded) return;
        if (!token.ok()) return self.Fail(std::string(token.status().message()));
        self.token_ = *std::move(token);
        self.FindBroker();
      });
}

void UpstreamLogin::FindBroker() {
  state_ = State::kConnecting;
  const HostAndPort& address = broker_.config.address;
  asio::error_code error;
  const asio::ip::address literal = asio::ip::make_address(address.host, error);
  if (!error) {
    return Connect(asio::ip::tcp::resolver::results_type::create(Endpoint(literal, address.port),
                                                                 address.host, ""));
  }
  resolver_.async_resolve(
      address.host, absl::StrCat(address.port), asio::ip::tcp::resolver::numeric_service,
      [self = shared_from_this()](const asio::error_code& error, auto endpoints) {
        if (error) return self->Fail(error.message());
        self->Connect(std::move(endpoints));
      });
}

void UpstreamLogin::Connect(asio::ip::tcp::resolver::results_type endpoints) {
  if (state_ == State::kEnded) return;
  asio::async_connect(socket_, endpoints,
                      [self = shared_from_this()](const asio::error_code& error, const Endpoint&) {
                        if (self->state_ == State::kEnded) return;
                        if (error) return self->Fail(error.message());
                        self->transport_ = std::make_unique<Transport>(std::move(self->socket_));
                        self->to_send_ = FormatProxyHeader(self->broker_.config.proxy_protocol,
                                                           self->request_.addresses);
                        self->state_ = State::kProxyHeader;
                        self->Run();
                      });
}

void UpstreamLogin::Run() {
  Step step = Step::kAgain;
  while (step == Step::kAgain) {
    switch (state_) {
      case State::kProxyHeader:
        step = SendProxyHeader();
        break;
      case State::kTls:
        step = ShakeTlsHands();
        break;
      case State::kSasl:
        step = Exchange();
        break;
      case State::kToken:
      case State::kConnecting:
      case State::kDerivation:
      case State::kEnded:
        return;
    }
  }
}

UpstreamLogin::Step UpstreamLogin::SendProxyHeader() {
  if (broker_.tls == nullptr) {
    // The PROXY header, if any, goes in one segment with the SASL header.
    BeginSasl();
    return Step::kAgain;
  }
  if (Flush() == Step::kWaiting) return Step::kWaiting;
  BeginTls();
  return Step::kAgain;
}

void UpstreamLogin::BeginTls() {
  state_ = State::kTls;
  SslPtr ssl = NewBrokerSsl(broker_.tls.get(), broker_.config.tls->server_name);
  bool usable = ssl != nullptr;
  if (usable && certificate_ != nullptr) {
    X509* const intermediate = broker_.minter->intermediate();
    usable = SSL_use_certificate(ssl.get(), certificate_.get()) == 1 &&
             SSL_use_PrivateKey(ssl.get(), broker_.minter->key()) == 1 &&
             (intermediate == nullptr || SSL_add1_chain_cert(ssl.get(), intermediate) == 1);
  }
  if (!usable) return Fail(TakeOpenSslError());
  transport_->StartTls(std::move(ssl));
}

UpstreamLogin::Step UpstreamLogin::ShakeTlsHands() {
  const IoStatus status = transport_->TlsHandshake();
  if (status != IoStatus::kDone) return WaitFor(status);
  BeginSasl();
  return Step::kAgain;
}

void UpstreamLogin::BeginSasl() {
  state_ = State::kSasl;
  SSL* const tls = transport_->tls();
  handshake_ = std::make_unique<ClientHandshake>(HandshakeOptions(broker_, tls, std::move(token_)),
                                                 SystemRandom());
  handshake_->Start(&to_send_);
}

UpstreamLogin::Step UpstreamLogin::Exchange() {
  if (Flush() == Step::kWaiting) return Step::kWaiting;
  const IoResult result = transport_->Read(loop_.scratch());
  if (result.status != IoStatus::kDone) return WaitFor(result.status);
  std::string_view bytes(loop_.scratch().data(), result.size);
  Progress progress = handshake_->Receive(&bytes, &to_send_);
  return OnProgress(std::move(progress), bytes);
}

UpstreamLogin::Step UpstreamLogin::Flush() {
  size_t sent = 0;
  IoResult result{IoStatus::kDone};
  while (sent < to_send_.size() && result.status == IoStatus::kDone) {
    result = transport_->Write(std::string_view(to_send_).substr(sent));
    sent += result.size;
  }
  // It may hold a password.
  if (sent == to_send_.size()) {
    Wipe(&to_send_);
  } else {
    to_send_.erase(0, sent);
  }
  return result.status == IoStatus::kDone ? Step::kAgain : WaitFor(result.status);
}

UpstreamLogin::Step UpstreamLogin::OnProgress(Progress progress, std::string_view bytes) {
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    auto& need = std::get<NeedDerivation>(*progress);
    if (broker_.account == nullptr) {
      Fail("a mechanism without a secret wants a derivation");
      return Step::kAgain;
    }
    std::optional<DerivationAnswer> known = broker_.account->Recall(need.work);
    if (!known.has_value()) {
      Derive(std::move(need), bytes);
      return Step::kWaiting;
    }
    progress = handshake_->Resume(need.ticket, *std::move(known), &bytes, &to_send_);
  }
  if (!progress.ok()) {
    Fail(std::string(progress.status().message()));
  } else if (const auto* broken = std::get_if<ClientHandshake::Broken>(&*progress)) {
    Fail(broken->what);
  } else if (const auto* done = std::get_if<ClientHandshake::Done>(&*progress)) {
    if (done->code == amqp::SaslCode::kOk) {
      End(UpstreamConnection{std::move(transport_), std::string(bytes),
                             std::string(handshake_->mechanism())});
    } else {
      Fail(absl::StrCat("the broker refused the login with ",
                        std::string(amqp::SaslCodeName(done->code))));
    }
  }
  return Step::kAgain;
}

void UpstreamLogin::Derive(NeedDerivation need, std::string_view bytes) {
  state_ = State::kDerivation;
  received_.assign(bytes);
  broker_.account->slow_work().Do(
      loop_.context(), weak_from_this(),
      [account = broker_.account.get(), work = std::move(need.work)] {
        return account->Derive(work);
      },
      [ticket = need.ticket](UpstreamLogin& self, DerivationAnswer answer) {
        if (self.state_ == State::kDerivation) self.OnDerived(ticket, std::move(answer));
      });
}

void UpstreamLogin::OnDerived(uint64_t ticket, DerivationAnswer answer) {
  state_ = State::kSasl;
  const std::string received = std::exchange(received_, {});
  std::string_view bytes = received;
  Progress progress = handshake_->Resume(ticket, std::move(answer), &bytes, &to_send_);
  if (OnProgress(std::move(progress), bytes) == Step::kAgain) Run();
}

UpstreamLogin::Step UpstreamLogin::WaitFor(IoStatus status) {
  if (status == IoStatus::kEnd) {
    Fail("the broker closed the connection");
  } else if (status == IoStatus::kFailed) {
    Fail(transport_->error());
  } else {
    transport_->Wait(status, [self = shared_from_this()](const asio::error_code&) { self->Run(); });
  }
  return Step::kWaiting;
}

const char* UpstreamLogin::StepName() const {
  switch (state_) {
    case State::kToken:
      return "token";
    case State::kTls:
      return "tls";
    case State::kSasl:
    case State::kDerivation:
      return "login";
    default:
      return "connect";
  }
}

void UpstreamLogin::Fail(std::string what) { End(UpstreamFailure{StepName(), std::move(what)}); }

void UpstreamLogin::End(Result result) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  timer_.cancel();
  resolver_.cancel();
  asio::error_code ignored;
  socket_.close(ignored);
  if (transport_ != nullptr) transport_->Close();
  Wipe(&to_send_);
  OnEnd on_end = std::move(on_end_);
  on_end(std::move(result));
}

}  // namespace sallyport::gateway
