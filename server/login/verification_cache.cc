#include "server/login/verification_cache.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/credentials/credential.h"
#include "core/crypto/hash.h"
#include "core/crypto/random_source.h"
#include "server/stores/account_cache.h"

namespace sallyport::server {
namespace {

constexpr size_t kKeySize = 32;

void AppendSized(std::string_view bytes, std::string* out) {
  const uint64_t size = bytes.size();
  out->append(reinterpret_cast<const char*>(&size), sizeof(size));
  out->append(bytes);
}

}  // namespace

VerificationCache::VerificationCache(const Options& options)
    : capacity_of_shard_((options.capacity + kShards - 1) / kShards),
      time_to_live_(options.time_to_live),
      now_(options.now != nullptr ? options.now : MonotonicNow) {
  Secret key = Secret::Zeroed(kKeySize);
  if (SystemRandom().Fill({key.data(), key.size()})) key_ = std::move(key);
}

bool VerificationCache::DigestOf(const PasswordCheck& check, Digest* digest) const {
  if (key_.empty() || capacity_of_shard_ == 0) return false;
  std::vector<Secret> parts = {check.password};
  for (const Credential& credential : check.credentials) {
    std::string text = FormatCredential(credential);
    parts.emplace_back(text);
    Wipe(&text);
  }
  size_t size = 0;
  for (const Secret& part : parts) size += sizeof(uint64_t) + part.size();
  // Reserved whole: growing would leave a copy behind that nobody wipes.
  std::string message;
  message.reserve(size);
  for (const Secret& part : parts) AppendSized(part.view(), &message);
  const bool made = Hmac(HashFunction::kSha256, key_.view(), message, *digest);
  Wipe(&message);
  return made;
}

bool VerificationCache::Contains(const PasswordCheck& check) {
  Digest digest;
  if (!DigestOf(check, &digest)) return false;
  Shard& shard = ShardOf(digest);
  absl::MutexLock lock(&shard.mutex);
  auto found = shard.by_digest.find(digest);
  const bool contains = found != shard.by_digest.end() && found->second->expires_at > now_();
  ++(contains ? shard.hits : shard.misses);
  return contains;
}

void VerificationCache::Insert(const PasswordCheck& check) {
  Digest digest;
  if (!DigestOf(check, &digest)) return;
  const absl::Time expires_at = now_() + time_to_live_;
  Shard& shard = ShardOf(digest);
  absl::MutexLock lock(&shard.mutex);
  if (auto found = shard.by_digest.find(digest); found != shard.by_digest.end()) {
    shard.oldest_first.erase(found->second);
  } else if (shard.by_digest.size() >= capacity_of_shard_) {
    shard.by_digest.erase(shard.oldest_first.front().digest);
    shard.oldest_first.pop_front();
  }
  shard.oldest_first.push_back({digest, expires_at});
  shard.by_digest[digest] = std::prev(shard.oldest_first.end());
}

VerificationCache::Stats VerificationCache::stats() {
  Stats stats;
  for (Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    stats.entries += shard.by_digest.size();
    stats.hits += shard.hits;
    stats.misses += shard.misses;
  }
  return stats;
}

}  // namespace sallyport::server
