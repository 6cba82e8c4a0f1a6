#include "server/tokens/fetched_key_set.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

// A peer that hangs up within a TLS record must not end the process.
void BlockBrokenPipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

FetchedKeySet::FetchedKeySet(FetchedKeySetOptions options)
    : options_(std::move(options)),
      fetcher_({.url = options_.url,
                .ca_file = options_.ca_file,
                .timeout = options_.timeout,
                .max_bytes = kMaxKeySetSize}),
      retry_(options_.first_retry),
      thread_([this] { Run(); }) {}

FetchedKeySet::~FetchedKeySet() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  fetcher_.Cancel();
  thread_.join();
  Answers left;
  {
    absl::MutexLock lock(&mutex_);
    left.swap(waiting_);
  }
  for (KeySetDone& done : left) std::move(done)(absl::UnavailableError("the service is closing"));
}

absl::Duration FetchedKeySet::Spread(absl::Duration time) {
  return time * std::uniform_real_distribution(0.9, 1.0)(random_);
}

std::shared_ptr<const KeySet> FetchedKeySet::Current() {
  absl::MutexLock lock(&mutex_);
  return CurrentLocked();
}

std::shared_ptr<const KeySet> FetchedKeySet::CurrentLocked() {
  const bool believed = keys_ != nullptr && options_.clock() - keys_as_of_ <= options_.max_age;
  return believed ? keys_ : nullptr;
}

KeySetAnswer FetchedKeySet::LastAnswer() {
  if (!status_.ok()) return status_;
  auto keys = CurrentLocked();
  if (keys == nullptr) return absl::UnavailableError("the key set is too old");
  return keys;
}

std::optional<KeySetAnswer> FetchedKeySet::NewestLocked() {
  const bool may_begin = status_.ok() && options_.clock() - begun_at_ >= options_.min_interval;
  if (wanted_ || fetching_ || may_begin) return std::nullopt;
  return LastAnswer();
}

std::optional<KeySetAnswer> FetchedKeySet::Newest() {
  absl::MutexLock lock(&mutex_);
  return NewestLocked();
}

void FetchedKeySet::Refresh(KeySetDone done) {
  std::optional<KeySetAnswer> answer;
  {
    absl::MutexLock lock(&mutex_);
    answer = NewestLocked();
    if (!answer.has_value() && waiting_.size() >= options_.max_waiting) {
      answer = absl::ResourceExhaustedError("too many tokens wait for a key set");
    }
    if (!answer.has_value()) {
      if (!fetching_) wanted_ = true;
      waiting_.push_back(std::move(done));
      return;
    }
  }
  std::move(done)(*std::move(answer));
}

void FetchedKeySet::Run() {
  BlockBrokenPipe();
  while (AwaitNextFetch()) {
    KeySetAnswer fetched = Fetch();
    KeySetAnswer answer;
    Answers waiting;
    {
      absl::MutexLock lock(&mutex_);
      fetching_ = false;
      // Not the issuer's fault.
      if (closing_) return;
      if (fetched.ok()) {
        Succeeded(*std::move(fetched));
      } else {
        Failed(fetched.status());
      }
      answer = LastAnswer();
      waiting.swap(waiting_);
    }
    for (KeySetDone& done : waiting) std::move(done)(answer);
  }
}

bool FetchedKeySet::AwaitNextFetch() {
  const auto called = [this]()
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closing_ || wanted_; };
  absl::MutexLock lock(&mutex_);
  while (!called() && options_.clock() < next_at_) {
    mutex_.AwaitWithTimeout(absl::Condition(&called), next_at_ - options_.clock());
  }
  if (closing_) return false;
  wanted_ = false;
  fetching_ = true;
  begun_at_ = options_.clock();
  return true;
}

KeySetAnswer FetchedKeySet::Fetch() {
  auto text = fetcher_.Fetch();
  if (!text.ok()) return text.status();
  auto keys = KeySet::Parse(*text);
  if (!keys.ok()) {
    return absl::UnavailableError(absl::StrCat(options_.url, ": ", keys.status().message()));
  }
  if (*text != text_) LogKeySet(options_.url, **keys);
  text_ = *std::move(text);
  return keys;
}

void FetchedKeySet::Succeeded(std::shared_ptr<const KeySet> keys) {
  if (!status_.ok()) {
    process::Log(LogLevel::kInfo, "key set can be fetched again", {{"source", options_.url}});
  }
  keys_ = std::move(keys);
  keys_as_of_ = begun_at_;
  status_ = absl::OkStatus();
  retry_ = options_.first_retry;
  next_at_ = begun_at_ + Spread(options_.refresh);
}

void FetchedKeySet::Failed(const absl::Status& status) {
  status_ = status;
  next_at_ = options_.clock() + Spread(retry_);
  retry_ = std::min(2 * retry_, options_.last_retry);
  const bool in_use = CurrentLocked() != nullptr;
  process::Log(in_use ? LogLevel::kWarning : LogLevel::kError,
               in_use ? "key set not fetched: the old one stays in use until it is too old"
                      : "key set not fetched: its issuer's tokens cannot be judged",
               {{"source", options_.url}, {"error", status.message()}});
}

}  // namespace sallyport::server
