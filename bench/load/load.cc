#include "bench/load/load.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/load/canned_login.h"
#include "bench/load/client_work.h"
#include "bench/load/latency_histogram.h"
#include "bench/load/login.h"
#include "bench/load/process_usage.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport::bench {
namespace {

using Clock = std::chrono::steady_clock;

bool NamesItsUser(const std::string& mechanism) {
  const MechanismDescriptor* const descriptor = FindMechanism(mechanism);
  return descriptor != nullptr && (descriptor->needs_password || descriptor->needs_token);
}

ClientHandshake::Options ClientOptions(const LoadOptions& options, int login) {
  ClientHandshake::Options client = options.client;
  if (!NamesItsUser(client.mechanisms.front())) return client;
  const int user = login % options.users;
  client.credentials.authentication_id = absl::StrCat(options.user_prefix, user);
  client.credentials.password = options.password;
  if (!options.tokens.empty()) client.credentials.token = options.tokens[user];
  return client;
}

// Starts a login whenever one ends, until it is told to stop.
class LoadRun {
 public:
  LoadRun(const LoadOptions& options, client::Authenticator& authenticator)
      : options_(options), authenticator_(authenticator) {}

  void Start() {
    {
      absl::MutexLock lock(&mutex_);
      running_ = options_.concurrency;
    }
    for (int i = 0; i < options_.concurrency; ++i) BeginOne();
  }

  void Measure() { measuring_.store(true); }

  void StopAndWait() {
    measuring_.store(false);
    stopping_.store(true);
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* running) { return *running == 0; }, &running_));
  }

  const LatencyHistogram& latencies() const { return latencies_; }
  uint64_t refused() const { return refused_.load(); }
  std::string first_refusal() {
    absl::MutexLock lock(&mutex_);
    return first_refusal_;
  }

 private:
  void BeginOne() {
    const auto on_end = [this](const LoginEnd& end) { OnEnd(end); };
    if (options_.canned) {
      std::make_shared<CannedLogin>(on_end)->Begin(authenticator_, options_.connection);
      return;
    }
    std::make_shared<Login>(ClientOptions(options_, next_login_.fetch_add(1)), work_, false, on_end)
        ->Begin(authenticator_, options_.connection);
  }

  void OnEnd(const LoginEnd& end) {
    if (!end.accepted) {
      refused_.fetch_add(1);
      absl::MutexLock lock(&mutex_);
      if (first_refusal_.empty()) first_refusal_ = end.detail;
    } else if (measuring_.load(std::memory_order_relaxed)) {
      latencies_.Record(Clock::now() - end.began);
    }
    if (!stopping_.load(std::memory_order_relaxed)) {
      BeginOne();
      return;
    }
    absl::MutexLock lock(&mutex_);
    --running_;
  }

  const LoadOptions& options_;
  client::Authenticator& authenticator_;
  std::atomic<int> next_login_ = 0;
  std::atomic<bool> measuring_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> refused_ = 0;
  LatencyHistogram latencies_;
  absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string first_refusal_ ABSL_GUARDED_BY(mutex_);
  // Ends first: its work is that of logins.
  ClientWork work_;
};

// Opens logins that stop behind the challenge, and counts those that got there.
absl::Status HoldUntil(int total, const LoadOptions& options, ClientWork& work,
                       client::Authenticator& authenticator,
                       std::vector<std::shared_ptr<Login>>* held) {
  std::atomic<int> ended = 0;
  while (static_cast<int>(held->size()) < total) {
    auto login =
        std::make_shared<Login>(ClientOptions(options, static_cast<int>(held->size())), work, true,
                                [&ended](const LoginEnd&) { ended.fetch_add(1); });
    login->Begin(authenticator, options.connection);
    held->push_back(std::move(login));
  }
  for (const auto& login : *held) {
    if (!login->WaitForChallenge(absl::Seconds(20))) {
      return absl::UnavailableError("a held handshake was not challenged");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options) {
  auto authenticator = client::Authenticator::Create(options.service);
  if (!authenticator.ok()) return authenticator.status();
  LoadRun run(options, **authenticator);
  run.Start();
  std::this_thread::sleep_for(options.warm_up);
  const ProcessUsage before = UsageOf(options.service_pid);
  const client::AuthenticatorStats stats_before = (*authenticator)->stats();
  const auto began = Clock::now();
  run.Measure();
  std::this_thread::sleep_for(options.duration);
  const ProcessUsage after = UsageOf(options.service_pid);
  const client::AuthenticatorStats stats_after = (*authenticator)->stats();
  const std::chrono::duration<double> seconds = Clock::now() - began;
  const uint64_t accepted = run.latencies().count();
  run.StopAndWait();
  return LoadResult{
      .accepted = accepted,
      .refused = run.refused(),
      .first_refusal = run.first_refusal(),
      .per_second = static_cast<double>(accepted) / seconds.count(),
      .median = run.latencies().Quantile(0.5),
      .p99 = run.latencies().Quantile(0.99),
      .service_cpu_per_login = (after.cpu - before.cpu) / std::max<uint64_t>(accepted, 1),
      .requests_per_login = static_cast<double>(stats_after.requests - stats_before.requests) /
                            static_cast<double>(std::max<uint64_t>(accepted, 1))};
}

absl::StatusOr<HoldResult> MeasureHeld(const LoadOptions& options, int total) {
  constexpr int kFirst = 1'000;
  auto authenticator = client::Authenticator::Create(options.service);
  if (!authenticator.ok()) return authenticator.status();
  ClientWork work;
  std::vector<std::shared_ptr<Login>> held;
  if (auto status = HoldUntil(kFirst, options, work, **authenticator, &held); !status.ok()) {
    return status;
  }
  const ProcessUsage before = UsageOf(options.service_pid);
  if (auto status = HoldUntil(total, options, work, **authenticator, &held); !status.ok()) {
    return status;
  }
  const ProcessUsage after = UsageOf(options.service_pid);
  const auto grown =
      static_cast<double>(after.private_bytes) - static_cast<double>(before.private_bytes);
  for (const auto& login : held) login->Abandon();
  return HoldResult{.held = total, .bytes_per_handshake = grown / (total - kFirst)};
}

}  // namespace sallyport::bench
