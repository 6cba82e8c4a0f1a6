#ifndef SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_
#define SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_

// A place that knows users and their stored secrets, as logins see it: a backend,
// and in front of it a cache, the merging of equal lookups, and bounds. Lookups are
// asynchronous: a caller on an event thread is never made to wait. Thread-safe.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/account.h"
#include "server/stores/account_cache.h"
#include "server/stores/store_backend.h"
#include "server/telemetry/latency_histogram.h"

namespace sallyport::server {

struct CredentialStoreOptions {
  // As policy and the identity name it.
  std::string name;
  // Whether its users are kept apart by tenant.
  bool per_tenant = false;
  // How long a lookup may take: then it is DeadlineExceeded.
  absl::Duration timeout = absl::Seconds(5);
  // How many may wait for an answer at a time; and of how many questions the backend
  // may owe the answer, also where nobody waits for it any more.
  size_t max_waiting = 4096;
  AccountCacheOptions cache;
};

class CredentialStore final : private StoreChanges {
 public:
  using MakeBackend =
      std::function<absl::StatusOr<std::unique_ptr<StoreBackend>>(StoreChanges& changes)>;

  // Create fails as `make_backend` does, whose `changes` outlive the backend.
  static absl::StatusOr<std::unique_ptr<CredentialStore>> Create(CredentialStoreOptions options,
                                                                 const MakeBackend& make_backend);
  // Destroying the store closes it.
  ~CredentialStore() override;

  // Close answers what waits, and what is asked later, with Unavailable. Not from a
  // callback of the store's; safe to call again.
  void Close();

  CredentialStore(const CredentialStore&) = delete;
  CredentialStore& operator=(const CredentialStore&) = delete;

  const std::string& name() const { return options_.name; }
  bool per_tenant() const { return options_.per_tenant; }

  // LookupCached answers without waiting, or not at all. A cached "no such user" is
  // a null account. `tenant` matters only where users are kept apart by tenant.
  std::optional<std::shared_ptr<const Account>> LookupCached(std::string_view tenant,
                                                             std::string_view name);

  // Lookup asks the backend. `done` is called exactly once, on any thread, perhaps
  // the caller's; within the timeout. An answer is never older than the last change
  // of the user that the store was told of before the call, unless the backend is
  // down, and the cache may then serve what is stale.
  void Lookup(std::string_view tenant, std::string_view name, LookupDone done);

  // Ping is as StoreBackend's.
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done);

  // KeyOf is how the backend is asked for a user of `tenant`.
  UserKey KeyOf(std::string_view tenant, std::string_view name) const;

  // Forget drops everything that is cached.
  void Forget() { AllChanged(); }

  UserDirectory* directory() { return backend_->directory(); }

  // decoy_verifier is as StoreBackend's.
  std::shared_ptr<const PasswordVerifier> decoy_verifier(std::string_view tenant,
                                                         std::string_view name) {
    return backend_->decoy_verifier(KeyOf(tenant, name));
  }

  struct Stats {
    uint64_t hits = 0;
    uint64_t misses = 0;
    // Lookups that the backend could not answer.
    uint64_t failures = 0;
    // Answers served although they were stale, as the backend was down.
    uint64_t stale = 0;
    // Lookups that the backend answered: there is such a user, or there is not.
    uint64_t found = 0;
    uint64_t unknown = 0;
    // Lookups that were not made, as too many wait.
    uint64_t refused = 0;
    size_t waiting = 0;
    size_t cached = 0;
  };
  Stats stats();

  // lookup_times are of the backend's answers.
  const LatencyHistogram& lookup_times() const { return lookup_times_; }

  // sessions is as StoreBackend's.
  std::vector<SessionCount> sessions() { return backend_->sessions(); }

 private:
  // Flight is one question to the backend and all who wait for its answer.
  struct Flight {
    std::string cache_key;
    uint64_t generation = 0;
    absl::Time asked_at;
    absl::Time deadline;
    std::vector<LookupDone> waiting;
  };

  explicit CredentialStore(CredentialStoreOptions options);

  void Changed(const UserKey& user) override;
  void AllChanged() override;
  void OnAnswer(const std::shared_ptr<Flight>& flight, LookupResult result);
  // Tells all who wait for `flight`, once.
  void Land(const std::shared_ptr<Flight>& flight, const LookupResult& result);
  // Counts what came of `lookups` that no outage was in the way of.
  void CountAnswered(const LookupResult& result, size_t lookups);
  // Names the store as the one that vouches.
  LookupResult Signed(LookupResult result) const;
  void EndLateFlights();

  // Without the cache, which is moved from.
  CredentialStoreOptions options_;
  AccountCache cache_;
  std::atomic<uint64_t> hits_ = 0, misses_ = 0, failures_ = 0, stale_ = 0;
  std::atomic<uint64_t> found_ = 0, unknown_ = 0, refused_ = 0;
  LatencyHistogram lookup_times_;
  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  // Flights that the backend has not answered; nobody may wait for them any more.
  size_t flying_ ABSL_GUARDED_BY(mutex_) = 0;
  // The flight of each name that a lookup may still join.
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> joinable_ ABSL_GUARDED_BY(mutex_);
  // All flights that have not ended, and some that have, in order of their deadlines.
  std::deque<std::weak_ptr<Flight>> by_deadline_ ABSL_GUARDED_BY(mutex_);
  std::thread clock_;
  // The last, so that it goes first; and is there for callbacks while it goes.
  std::unique_ptr<StoreBackend> backend_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_
