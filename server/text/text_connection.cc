#include "server/text/text_connection.h"

#include <openssl/crypto.h>

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "asio/buffer.hpp"
#include "asio/post.hpp"
#include "asio/write.hpp"
#include "server/login/list_mechanisms.h"

namespace sallyport::server {
namespace {

// Exchanges that the policy allows are no larger; one that goes over its own limit
// is refused by the exchange.
constexpr size_t kMaxData = 64 * 1024;

constexpr char kInternalError[] = "INTERNAL_ERROR\r\n";

std::string NameOf(TextProblem::Kind kind) {
  switch (kind) {
    case TextProblem::Kind::kUnknownCommand:
      return "UNKNOWN_COMMAND\r\n";
    case TextProblem::Kind::kBadFormat:
      return "BAD_FORMAT\r\n";
    case TextProblem::Kind::kDataTooBig:
      return "AUTH_DATA_TOO_BIG\r\n";
  }
  return kInternalError;
}

std::string NameOf(amqp::SaslCode code) {
  switch (code) {
    case amqp::SaslCode::kOk:
      return "AUTH_OK\r\n";
    case amqp::SaslCode::kAuth:
      return "AUTH_UNAUTHORIZED\r\n";
    default:
      return kInternalError;
  }
}

}  // namespace

void TextConnection::Start(Socket socket, v1::ConnectionContext context, HandshakeHost& host,
                           StreamRegistry& registry, TextConnections& owners) {
  const std::shared_ptr<TextConnection> connection(
      new TextConnection(std::move(socket), std::move(context), host, registry, owners));
  owners.insert(connection);
  registry.Add(connection);
  connection->Read();
}

TextConnection::TextConnection(Socket socket, v1::ConnectionContext context, HandshakeHost& host,
                               StreamRegistry& registry, TextConnections& owners)
    : socket_(std::move(socket)),
      context_(std::move(context)),
      host_(host),
      registry_(registry),
      owners_(owners),
      reader_(kMaxData) {}

TextConnection::~TextConnection() {
  OPENSSL_cleanse(read_.data(), read_.size());
  registry_.Remove(this);
}

void TextConnection::Read() {
  OPENSSL_cleanse(read_.data(), read_.size());
  socket_.async_read_some(asio::buffer(read_),
                          [self = shared_from_this()](asio::error_code error, size_t size) {
                            if (error) return self->Close();
                            self->OnRead(size);
                          });
}

void TextConnection::OnRead(size_t size) {
  active_at_ = Clock::now();
  unused_ = std::string_view(read_.data(), size);
  Proceed();
}

void TextConnection::Proceed() {
  if (draining_ && exchange_ == nullptr) return Close();
  auto next = reader_.Next(&unused_);
  if (std::holds_alternative<std::monostate>(next)) return Read();
  Serve(std::get<TextRequest>(std::move(next)));
}

void TextConnection::Serve(TextRequest request) {
  if (const auto* problem = std::get_if<TextProblem>(&request)) {
    return Reply(NameOf(problem->kind), problem->closes);
  }
  if (const auto* start = std::get_if<TextStart>(&request)) return Begin(*start);
  if (const auto* step = std::get_if<TextStep>(&request)) return Step(*step);
  ListMechanisms();
}

BrokerScope TextConnection::Scope() const {
  // Whoever speaks here is on this machine, and shows no certificate.
  return BrokerScope(host_.policies.Current(), policy::BrokerIdentity());
}

void TextConnection::ListMechanisms() {
  const auto offer = OfferOf(Scope(), context_, "");
  const auto* offered = std::get_if<std::shared_ptr<const MechanismOffer>>(&offer);
  if (offered == nullptr) return Reply(kInternalError);
  std::string reply = "AUTH";
  if (*offered != nullptr) {
    for (const MechanismDescriptor* mechanism : (*offered)->mechanisms()) {
      reply.append(" ").append(mechanism->name);
    }
  }
  Reply(reply + "\r\n");
}

void TextConnection::Begin(const TextStart& start) {
  LoginStart login = {.context = context_,
                      .broker = std::make_shared<BrokerScope>(Scope()),
                      .mechanism = start.mechanism,
                      .final_data_as_challenge = true};
  // The protocol has no way to say that there is an empty one.
  if (!start.data.empty()) {
    login.initial_response.emplace(std::string_view(start.data.data(), start.data.size()));
  }
  // A client that starts over has given up the exchange before.
  if (exchange_ != nullptr) exchange_->Abandon();
  awaits_step_ = true;
  const auto tell = [weak = weak_from_this(), serial = ++serial_](LoginStep step) {
    const std::shared_ptr<TextConnection> self = weak.lock();
    if (self == nullptr) return;
    // What waits in the queue when the service ends must not hold its policy.
    if (auto* end = std::get_if<LoginOutcome>(&step)) end->party = {};
    asio::post(self->socket_.get_executor(), [self, serial, step = std::move(step)]() mutable {
      self->OnStep(serial, std::move(step));
    });
  };
  exchange_ = LoginExchange::Create(host_, tell);
  bool resumed = false;
  if (exchange_->Begin(std::move(login), &resumed).ok()) return;
  // Only a token can be a mistake of the call's, and there is none.
  exchange_ = nullptr;
  awaits_step_ = false;
  Reply(kInternalError);
}

void TextConnection::Step(const TextStep& step) {
  if (exchange_ == nullptr) return Reply(NameOf(TextProblem::Kind::kBadFormat));
  awaits_step_ = true;
  exchange_->Respond({step.data.data(), step.data.size()});
}

void TextConnection::OnStep(uint64_t serial, LoginStep step) {
  if (serial != serial_ || exchange_ == nullptr) return;
  // The time brought it about, and nobody asked.
  if (!std::exchange(awaits_step_, false)) return Close();
  if (const auto* end = std::get_if<LoginOutcome>(&step)) {
    exchange_ = nullptr;
    return Reply(NameOf(end->outcome.code));
  }
  const std::string& bytes = std::get<LoginChallenge>(step).bytes;
  Reply(absl::StrCat("AUTH_CONTINUE ", bytes.size(), "\r\n", bytes, "\r\n"));
}

void TextConnection::Reply(std::string reply, bool close) {
  reply_ = std::move(reply);
  writing_ = true;
  asio::async_write(socket_, asio::buffer(reply_),
                    [self = shared_from_this(), close](asio::error_code error, size_t) {
                      self->writing_ = false;
                      self->active_at_ = Clock::now();
                      if (error || close) return self->Close();
                      self->Proceed();
                    });
}

void TextConnection::Close() {
  if (exchange_ != nullptr) exchange_->Abandon();
  exchange_ = nullptr;
  asio::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
  socket_.close(ignored);
  // Whoever called holds it still.
  owners_.erase(shared_from_this());
}

void TextConnection::ExpireDue(Clock::time_point now) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), now] {
    if (self->exchange_ != nullptr) self->exchange_->ExpireDue(now);
    const auto quiet_until = self->active_at_ + self->host_.quotas.handshake_timeout;
    if (!self->awaits_step_ && quiet_until < now) self->Close();
  });
}

void TextConnection::FinishWhenIdle() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (self->exchange_ == nullptr && !self->writing_) self->Close();
  });
}

}  // namespace sallyport::server
