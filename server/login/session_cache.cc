#include "server/login/session_cache.h"

#include <utility>

#include "server/stores/account_cache.h"

namespace sallyport::server {
namespace {

SessionCache::Options WithClock(SessionCache::Options options) {
  if (options.now == nullptr) options.now = MonotonicNow;
  return options;
}

}  // namespace

SessionCache::SessionCache(const Options& options) : options_(WithClock(options)) {}

SessionAnswer SessionCache::Take(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return SessionUnknown{};
  const absl::Duration age = options_.now() - found->second->remembered_at;
  Secret state = std::move(found->second->session.state);
  ForgetLocked(found->second);
  if (age >= options_.time_to_live) return SessionUnknown{};
  return SessionFound{.state = std::move(state), .stale = age >= options_.stale_after};
}

void SessionCache::Remember(RememberedSession session) {
  absl::MutexLock lock(&mutex_);
  if (const auto known = by_id_.find(session.id); known != by_id_.end()) {
    ForgetLocked(known->second);
  }
  if (oldest_first_.size() >= options_.capacity) ForgetLocked(oldest_first_.begin());
  std::string id = session.id;
  oldest_first_.push_back({std::move(session), options_.now()});
  by_id_.emplace(std::move(id), std::prev(oldest_first_.end()));
}

size_t SessionCache::size() {
  absl::MutexLock lock(&mutex_);
  return by_id_.size();
}

void SessionCache::ForgetLocked(Entries::iterator entry) {
  by_id_.erase(entry->session.id);
  oldest_first_.erase(entry);
}

}  // namespace sallyport::server
