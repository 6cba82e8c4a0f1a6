#ifndef SALLYPORT_BENCH_LOAD_LOGIN_H_
#define SALLYPORT_BENCH_LOAD_LOGIN_H_

// One login of the load generator: a client's handshake, spoken to the service
// through the SDK. Made for one login each; kept alive by the SDK until its
// outcome.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bench/load/client_work.h"
#include "client/authenticator.h"
#include "core/handshake/client_handshake.h"

namespace sallyport::bench {

// LoginEnd says how a login ended, and when its bytes were first sent.
struct LoginEnd {
  bool accepted = false;
  std::string detail;
  std::chrono::steady_clock::time_point began;
};

class Login final : public client::HandshakeObserver, public std::enable_shared_from_this<Login> {
 public:
  using OnEnd = std::function<void(const LoginEnd&)>;

  // Login speaks `options`' mechanism; where `pause_at_challenge` is set, it
  // stops after its first message and holds the handshake open. `work` must
  // outlive it. `on_end` is called once, on a thread of the SDK's.
  Login(ClientHandshake::Options options, ClientWork& work, bool pause_at_challenge, OnEnd on_end);

  void Begin(client::Authenticator& authenticator, const client::ConnectionFacts& facts);

  // WaitForChallenge says whether a login that pauses got that far in time.
  bool WaitForChallenge(absl::Duration limit);

  // Abandon forgets the login: the service is told, and nothing more is heard.
  void Abandon();

  void OnSend(std::string_view bytes) override;
  void OnOutcome(client::Outcome outcome, std::string rest) override;

 private:
  using Progress = absl::StatusOr<ClientHandshake::Progress>;

  void Answer(std::string_view bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GoOn(Progress progress, std::string_view bytes, std::string to_send)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DoSlowStep(NeedDerivation need, std::string_view bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ClientWork& work_;
  const bool pause_at_challenge_;
  const OnEnd on_end_;
  std::chrono::steady_clock::time_point began_;
  absl::Mutex mutex_;
  ClientHandshake client_ ABSL_GUARDED_BY(mutex_);
  // The last that the client's side said.
  ClientHandshake::Progress progress_ ABSL_GUARDED_BY(mutex_);
  // How often the client had something to say, the header aside.
  int answers_ ABSL_GUARDED_BY(mutex_) = 0;
  // What the service said before Begin had the handle.
  std::string early_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<client::Handshake> handle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_LOGIN_H_
