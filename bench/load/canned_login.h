#ifndef SALLYPORT_BENCH_LOAD_CANNED_LOGIN_H_
#define SALLYPORT_BENCH_LOAD_CANNED_LOGIN_H_

// A login without SASL: messages of the sizes that a SCRAM-SHA-256 login has,
// whatever they say. Against the canned service it shows what the transport
// costs.

#include <memory>
#include <string>

#include "absl/synchronization/mutex.h"
#include "bench/load/login.h"
#include "client/authenticator.h"

namespace sallyport::bench {

// In bytes, with their frames, as seen with SCRAM-SHA-256 and a user name of
// seven characters.
inline constexpr size_t kCannedInitSize = 80;
inline constexpr size_t kCannedResponseSize = 130;

class CannedLogin final : public client::HandshakeObserver,
                          public std::enable_shared_from_this<CannedLogin> {
 public:
  // `on_end` is called once, on a thread of the SDK's.
  explicit CannedLogin(Login::OnEnd on_end) : on_end_(std::move(on_end)) {}

  void Begin(client::Authenticator& authenticator, const client::ConnectionFacts& facts);

  void OnSend(std::string_view bytes) override;
  void OnOutcome(client::Outcome outcome, std::string rest) override;

 private:
  const Login::OnEnd on_end_;
  std::chrono::steady_clock::time_point began_;
  absl::Mutex mutex_;
  int heard_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<client::Handshake> handle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_CANNED_LOGIN_H_
