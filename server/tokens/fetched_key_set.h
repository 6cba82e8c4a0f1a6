#ifndef SALLYPORT_SERVER_TOKENS_FETCHED_KEY_SET_H_
#define SALLYPORT_SERVER_TOKENS_FETCHED_KEY_SET_H_

// A key set that its issuer publishes at a URL. A thread fetches it: at once, then
// after each period, and when a token names a key that it lacks; after a failure
// sooner, and then ever more slowly. What was fetched stays in use until it is too
// old. No wish of a client's makes more fetches than the limits allow, and no more
// wait for one than they allow.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/stores/account_cache.h"
#include "server/tokens/http_fetcher.h"
#include "server/tokens/key_set_source.h"

namespace sallyport::server {

struct FetchedKeySetOptions {
  std::string url;
  std::string ca_file;
  // The longest time between two fetches; up to a tenth less, so that replicas
  // which started together part.
  absl::Duration refresh = absl::Minutes(5);
  // For how long a key set is believed, counted from when its fetch began.
  absl::Duration max_age = absl::Hours(1);
  absl::Duration timeout = absl::Seconds(10);
  // The least time from the begin of a fetch to the begin of one that a token asks
  // for.
  absl::Duration min_interval = absl::Seconds(10);
  // How long after a failure the next fetch begins; doubled with each further one.
  absl::Duration first_retry = absl::Seconds(1);
  absl::Duration last_retry = absl::Minutes(1);
  // How many may wait for a fetch.
  size_t max_waiting = 1024;
  // Called from many threads at once.
  absl::AnyInvocable<absl::Time() const> clock = MonotonicNow;
};

class FetchedKeySet : public KeySetSource {
 public:
  // FetchedKeySet begins with the first fetch, whether or not that succeeds.
  explicit FetchedKeySet(FetchedKeySetOptions options);

  // ~FetchedKeySet answers all who wait with Unavailable.
  ~FetchedKeySet() override;
  FetchedKeySet(const FetchedKeySet&) = delete;
  FetchedKeySet& operator=(const FetchedKeySet&) = delete;

  std::shared_ptr<const KeySet> Current() override;

  // Newest is what the last fetch brought, or why it failed, unless a fetch is
  // about to begin or under way, or may begin: the last one succeeded and is
  // min_interval ago.
  std::optional<KeySetAnswer> Newest() override;

  // Refresh joins that fetch, or has it begin.
  void Refresh(KeySetDone done) override;

 private:
  using Answers = std::vector<KeySetDone>;

  void Run();
  // Up to a tenth less, so that replicas part.
  absl::Duration Spread(absl::Duration time);
  // True when a fetch is due; false when the source closes.
  bool AwaitNextFetch();
  KeySetAnswer Fetch();
  void Succeeded(std::shared_ptr<const KeySet> keys) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Failed(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const KeySet> CurrentLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  KeySetAnswer LastAnswer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<KeySetAnswer> NewestLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FetchedKeySetOptions options_;
  HttpFetcher fetcher_;
  // Of the thread alone.
  std::mt19937 random_{std::random_device{}()};
  // The last text that was a key set.
  std::string text_;

  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Somebody waits for a fetch that has not begun; the first is wanted anyhow.
  bool wanted_ ABSL_GUARDED_BY(mutex_) = true;
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time begun_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time next_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  // Of the last fetch; the first one has not failed yet.
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  absl::Duration retry_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const KeySet> keys_ ABSL_GUARDED_BY(mutex_);
  absl::Time keys_as_of_ ABSL_GUARDED_BY(mutex_);
  Answers waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_FETCHED_KEY_SET_H_
