#include "client/authenticator.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/channel_credentials.h"
#include "client/stream_pool.h"

namespace sallyport::client {
namespace {

constexpr int kMaxStreams = 64;
constexpr absl::Duration kLongestTimeout = absl::Hours(1);
constexpr absl::Duration kShortestStreamAge = absl::Milliseconds(100);
constexpr absl::Duration kLongestGatherWindow = absl::Milliseconds(100);

class Handle final : public Handshake {
 public:
  explicit Handle(std::shared_ptr<OpenHandshake> handshake) : handshake_(std::move(handshake)) {}
  ~Handle() override { handshake_->Abandon(); }

  bool Receive(std::string_view bytes) override { return handshake_->Receive(bytes); }

 private:
  const std::shared_ptr<OpenHandshake> handshake_;
};

class PooledAuthenticator final : public Authenticator {
 public:
  explicit PooledAuthenticator(std::shared_ptr<StreamPool> pool) : pool_(std::move(pool)) {}
  ~PooledAuthenticator() override { pool_->Shutdown(); }

  std::unique_ptr<Handshake> Open(ConnectionFacts facts,
                                  std::shared_ptr<HandshakeObserver> observer) override {
    return std::make_unique<Handle>(pool_->Open(std::move(facts), std::move(observer)));
  }

  AuthenticatorStats stats() const override { return pool_->stats(); }

 private:
  const std::shared_ptr<StreamPool> pool_;
};

absl::Status CheckTimeout(const char* name, absl::Duration value) {
  if (value >= absl::Milliseconds(1) && value <= kLongestTimeout) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " must lie between 1ms and ",
                                                 absl::FormatDuration(kLongestTimeout), ", not ",
                                                 absl::FormatDuration(value)));
}

absl::Status CheckOptions(const AuthenticatorOptions& options) {
  if (options.target.empty()) return absl::InvalidArgumentError("target is missing");
  if (options.max_streams < 1 || options.max_streams > kMaxStreams) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_streams must lie between 1 and ", kMaxStreams));
  }
  if (options.max_gather_window < absl::ZeroDuration() ||
      options.max_gather_window > kLongestGatherWindow) {
    return absl::InvalidArgumentError(absl::StrCat("max_gather_window must lie between 0 and ",
                                                   absl::FormatDuration(kLongestGatherWindow)));
  }
  if (options.max_open_handshakes == 0) {
    return absl::InvalidArgumentError("max_open_handshakes must be above zero");
  }
  if (options.max_queued_bytes == 0) {
    return absl::InvalidArgumentError("max_queued_bytes must be above zero");
  }
  if (options.max_stream_age < kShortestStreamAge) {
    return absl::InvalidArgumentError(absl::StrCat("max_stream_age must not be below ",
                                                   absl::FormatDuration(kShortestStreamAge)));
  }
  if (options.max_backoff < options.min_backoff) {
    return absl::InvalidArgumentError("max_backoff must not be below min_backoff");
  }
  absl::Status status = CheckTimeout("connect_timeout", options.connect_timeout);
  status.Update(CheckTimeout("handshake_timeout", options.handshake_timeout));
  status.Update(CheckTimeout("min_backoff", options.min_backoff));
  status.Update(CheckTimeout("max_backoff", options.max_backoff));
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(AuthenticatorOptions options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  auto credentials = MakeChannelCredentials(options.tls);
  if (!credentials.ok()) return credentials.status();
  auto pool = std::make_shared<StreamPool>(std::move(options), *std::move(credentials));
  pool->Start();
  return std::make_unique<PooledAuthenticator>(std::move(pool));
}

}  // namespace sallyport::client
