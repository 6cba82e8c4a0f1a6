#include "server/stores/account_cache.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace sallyport::server {
namespace {

// For each "no such user" so many users have a place.
constexpr size_t kUsersPerAbsent = 4;

size_t ForEachShard(size_t capacity, size_t shards) {
  return std::max<size_t>(1, (capacity + shards - 1) / shards);
}

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Time MonotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

AccountCache::AccountCache(AccountCacheOptions options)
    : shard_capacity_(ForEachShard(options.capacity, options.shards)),
      shard_absent_capacity_(ForEachShard(options.capacity / kUsersPerAbsent, options.shards)),
      ttl_(options.ttl),
      negative_ttl_(options.negative_ttl),
      stale_while_down_(options.stale_while_down),
      clock_(std::move(options.clock)),
      shards_(options.shards) {}

AccountCache::Shard& AccountCache::ShardOf(absl::string_view name) {
  // The index of a shard goes by the low bits.
  return shards_[(absl::HashOf(name) >> 32) % shards_.size()];
}

std::optional<std::shared_ptr<const Account>> AccountCache::Get(std::string_view name) {
  const absl::Time now = clock_();
  Shard& shard = ShardOf(View(name));
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(View(name));
  if (found == shard.index.end() || found->second->expires_at <= now) return std::nullopt;
  Entries& place = PlaceOf(*found->second, shard);
  place.splice(place.begin(), place, found->second);
  return found->second->account;
}

std::optional<std::shared_ptr<const Account>> AccountCache::GetStale(std::string_view name,
                                                                     absl::Duration retry_after) {
  const absl::Time now = clock_();
  Shard& shard = ShardOf(View(name));
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(View(name));
  if (found == shard.index.end() || found->second->stale_until <= now) return std::nullopt;
  Entry& entry = *found->second;
  // Who was unknown may have been added since: that is the store's to say.
  if (entry.account == nullptr) return std::nullopt;
  entry.expires_at = std::min(std::max(entry.expires_at, now + retry_after), entry.stale_until);
  return entry.account;
}

uint64_t AccountCache::Generation(std::string_view name) {
  Shard& shard = ShardOf(View(name));
  absl::MutexLock lock(&shard.mutex);
  return shard.generation;
}

void AccountCache::Put(std::string_view name, uint64_t generation,
                       std::shared_ptr<const Account> account) {
  const absl::Time expires_at = clock_() + (account == nullptr ? negative_ttl_ : ttl_);
  // Declared before the lock: an account that goes is wiped after the lock is free.
  Entries replaced;
  Entries fresh;
  fresh.push_back(
      {std::string(name), std::move(account), expires_at, expires_at + stale_while_down_});
  Shard& shard = ShardOf(View(name));
  absl::MutexLock lock(&shard.mutex);
  if (shard.generation != generation) return;
  const auto drop = [&](Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    shard.index.erase(entry->name);
    replaced.splice(replaced.begin(), PlaceOf(*entry, shard), entry);
  };
  if (const auto found = shard.index.find(View(name)); found != shard.index.end()) {
    drop(found->second);
  }
  Entries& place = PlaceOf(fresh.front(), shard);
  const size_t capacity = &place == &shard.users ? shard_capacity_ : shard_absent_capacity_;
  if (place.size() >= capacity) drop(std::prev(place.end()));
  place.splice(place.begin(), fresh);
  shard.index.emplace(place.front().name, place.begin());
}

void AccountCache::Invalidate(std::string_view name) {
  Entries forgotten;
  Shard& shard = ShardOf(View(name));
  absl::MutexLock lock(&shard.mutex);
  ++shard.generation;
  const auto found = shard.index.find(View(name));
  if (found == shard.index.end()) return;
  const Entries::iterator entry = found->second;
  shard.index.erase(found);
  forgotten.splice(forgotten.begin(), PlaceOf(*entry, shard), entry);
}

void AccountCache::InvalidateAll() {
  for (Shard& shard : shards_) {
    Entries users;
    Entries absent;
    absl::MutexLock lock(&shard.mutex);
    ++shard.generation;
    shard.index.clear();
    users.swap(shard.users);
    absent.swap(shard.absent);
  }
}

size_t AccountCache::size() {
  size_t size = 0;
  for (Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    size += shard.index.size();
  }
  return size;
}

}  // namespace sallyport::server
