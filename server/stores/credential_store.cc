#include "server/stores/credential_store.h"

#include <utility>

#include "absl/status/status.h"

namespace sallyport::server {
namespace {

// How long a stale answer stands before a store that is down is asked again.
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

bool IsOutage(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// Names have no NUL in them (RFC 4013 section 2.3).
std::string CacheKey(std::string_view tenant, std::string_view name) {
  std::string key;
  key.reserve(tenant.size() + 1 + name.size());
  key.append(tenant).push_back('\0');
  key.append(name);
  return key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CredentialStore>> CredentialStore::Create(
    CredentialStoreOptions options, const MakeBackend& make_backend) {
  std::unique_ptr<CredentialStore> store(new CredentialStore(std::move(options)));
  auto backend = make_backend(*store);
  if (!backend.ok()) return backend.status();
  store->backend_ = *std::move(backend);
  return store;
}

CredentialStore::CredentialStore(CredentialStoreOptions options)
    : options_(std::move(options)),
      cache_(std::move(options_.cache)),
      clock_([this] { EndLateFlights(); }) {}

CredentialStore::~CredentialStore() { Close(); }

void CredentialStore::Close() {
  std::deque<std::weak_ptr<Flight>> left;
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    left.swap(by_deadline_);
  }
  if (clock_.joinable()) clock_.join();
  for (const std::weak_ptr<Flight>& flight : left) {
    if (const auto late = flight.lock()) Land(late, absl::UnavailableError("the store is closing"));
  }
}

UserKey CredentialStore::KeyOf(std::string_view tenant, std::string_view name) const {
  return {options_.per_tenant ? std::string(tenant) : std::string(), std::string(name)};
}

std::optional<std::shared_ptr<const Account>> CredentialStore::LookupCached(std::string_view tenant,
                                                                            std::string_view name) {
  auto account = options_.per_tenant ? cache_.Get(CacheKey(tenant, name)) : cache_.Get(name);
  if (account) hits_.fetch_add(1, std::memory_order_relaxed);
  return account;
}

void CredentialStore::Lookup(std::string_view tenant, std::string_view name, LookupDone done) {
  misses_.fetch_add(1, std::memory_order_relaxed);
  const UserKey key = KeyOf(tenant, name);
  std::string cache_key = options_.per_tenant ? CacheKey(tenant, name) : key.name;
  std::shared_ptr<Flight> fresh;
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    const uint64_t generation = cache_.Generation(cache_key);
    const auto found = joinable_.find(cache_key);
    // A flight from before a change may bring what was true before it.
    const bool joins = found != joinable_.end() && found->second->generation == generation;
    if (closing_) {
      refused = absl::UnavailableError("the store is closing");
    } else if (waiting_ >= options_.max_waiting || (!joins && flying_ >= options_.max_waiting)) {
      refused = absl::ResourceExhaustedError("too many lookups wait for the store");
    } else {
      ++waiting_;
      std::shared_ptr<Flight>& flight = joinable_[cache_key];
      if (!joins) {
        flight = fresh = std::make_shared<Flight>();
        flight->cache_key = std::move(cache_key);
        flight->generation = generation;
        flight->asked_at = MonotonicNow();
        flight->deadline = flight->asked_at + options_.timeout;
        by_deadline_.push_back(flight);
        ++flying_;
      }
      flight->waiting.push_back(std::move(done));
    }
  }
  if (!refused.ok()) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return std::move(done)(std::move(refused));
  }
  if (fresh == nullptr) return;
  backend_->Read(key, [this, fresh](LookupResult result) { OnAnswer(fresh, std::move(result)); });
}

void CredentialStore::OnAnswer(const std::shared_ptr<Flight>& flight, LookupResult result) {
  lookup_times_.Observe(absl::ToChronoNanoseconds(MonotonicNow() - flight->asked_at));
  {
    absl::MutexLock lock(&mutex_);
    --flying_;
  }
  result = Signed(std::move(result));
  if (result.ok()) cache_.Put(flight->cache_key, flight->generation, *result);
  Land(flight, result);
}

LookupResult CredentialStore::Signed(LookupResult result) const {
  if (!result.ok() || *result == nullptr || (*result)->store == options_.name) return result;
  auto account = std::make_shared<Account>(**result);
  account->store = options_.name;
  return std::shared_ptr<const Account>(std::move(account));
}

void CredentialStore::Land(const std::shared_ptr<Flight>& flight, const LookupResult& result) {
  std::vector<LookupDone> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.swap(flight->waiting);
    waiting_ -= waiting.size();
    const auto joinable = joinable_.find(flight->cache_key);
    if (joinable != joinable_.end() && joinable->second == flight) joinable_.erase(joinable);
    while (!by_deadline_.empty() && by_deadline_.front().expired()) by_deadline_.pop_front();
  }
  if (waiting.empty()) return;
  if (result.ok() || !IsOutage(result.status())) {
    CountAnswered(result, waiting.size());
    for (LookupDone& done : waiting) std::move(done)(result);
    return;
  }
  failures_.fetch_add(waiting.size(), std::memory_order_relaxed);
  const auto kept = cache_.GetStale(flight->cache_key, kRetryAfter);
  if (kept) stale_.fetch_add(waiting.size(), std::memory_order_relaxed);
  for (LookupDone& done : waiting) std::move(done)(kept ? LookupResult(*kept) : result);
}

void CredentialStore::CountAnswered(const LookupResult& result, size_t lookups) {
  std::atomic<uint64_t>& count = !result.ok() ? refused_ : *result != nullptr ? found_ : unknown_;
  count.fetch_add(lookups, std::memory_order_relaxed);
}

void CredentialStore::EndLateFlights() {
  const auto has_flights = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closing_ || !by_deadline_.empty();
  };
  while (true) {
    std::shared_ptr<Flight> late;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(&has_flights));
      if (closing_) return;
      late = by_deadline_.front().lock();
      if (late == nullptr || late->waiting.empty()) {
        by_deadline_.pop_front();
        continue;
      }
      if (const absl::Duration left = late->deadline - MonotonicNow();
          left > absl::ZeroDuration()) {
        mutex_.AwaitWithTimeout(absl::Condition(&closing_), left);
        continue;
      }
      by_deadline_.pop_front();
    }
    Land(late, absl::DeadlineExceededError("the store did not answer in time"));
  }
}

void CredentialStore::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  backend_->Ping(std::move(done));
}

void CredentialStore::Changed(const UserKey& user) {
  cache_.Invalidate(options_.per_tenant ? CacheKey(user.tenant, user.name) : user.name);
}

void CredentialStore::AllChanged() { cache_.InvalidateAll(); }

CredentialStore::Stats CredentialStore::stats() {
  Stats stats = {.hits = hits_.load(std::memory_order_relaxed),
                 .misses = misses_.load(std::memory_order_relaxed),
                 .failures = failures_.load(std::memory_order_relaxed),
                 .stale = stale_.load(std::memory_order_relaxed),
                 .found = found_.load(std::memory_order_relaxed),
                 .unknown = unknown_.load(std::memory_order_relaxed),
                 .refused = refused_.load(std::memory_order_relaxed),
                 .cached = cache_.size()};
  absl::MutexLock lock(&mutex_);
  stats.waiting = waiting_;
  return stats;
}

}  // namespace sallyport::server
