#ifndef SALLYPORT_SERVER_TELEMETRY_LOGIN_STAGES_H_
#define SALLYPORT_SERVER_TELEMETRY_LOGIN_STAGES_H_

// How much of a login's time went into each of its stages, at one reading of the clock
// for each change of the stage. Not thread-safe.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sallyport::server {

enum class LoginStage : uint8_t {
  // The core's work: frames, and the mechanism's steps.
  kDecode,
  // What the login must keep to.
  kPolicy,
  // Stores, and the issuers of tokens.
  kStore,
};

inline constexpr size_t kLoginStages = 3;

class LoginStages {
 public:
  using Clock = std::chrono::steady_clock;

  // Start begins a stage; the time since the one before, in which the client was waited
  // for, is no stage's.
  void Start() { since_ = Clock::now(); }

  // Lap says that what was done since the last Start or Lap was of `stage`, and begins
  // the next one.
  void Lap(LoginStage stage) {
    const Clock::time_point now = Clock::now();
    spent_[static_cast<size_t>(stage)] += now - since_;
    since_ = now;
  }

  // since is when the last Start or Lap was.
  Clock::time_point since() const { return since_; }

  // spent is zero where the login was never in `stage`.
  std::chrono::nanoseconds spent(LoginStage stage) const {
    return spent_[static_cast<size_t>(stage)];
  }

 private:
  Clock::time_point since_;
  std::array<std::chrono::nanoseconds, kLoginStages> spent_{};
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_LOGIN_STAGES_H_
