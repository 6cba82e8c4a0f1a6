#include "gateway/salted_passwords.h"

namespace sallyport::gateway {
namespace {

constexpr size_t kMaxEntries = 4;

}  // namespace

std::optional<Secret> SaltedPasswords::Find(const SaltedPassword& work) const {
  absl::MutexLock lock(&mutex_);
  for (const Entry& entry : entries_) {
    if (entry.hash == work.hash && entry.salt == work.salt && entry.iterations == work.iterations) {
      return entry.salted;
    }
  }
  return std::nullopt;
}

void SaltedPasswords::Keep(const SaltedPassword& work, const Secret& salted) {
  if (Find(work).has_value()) return;
  absl::MutexLock lock(&mutex_);
  if (entries_.size() == kMaxEntries) entries_.erase(entries_.begin());
  entries_.push_back({work.hash, work.salt, work.iterations, salted});
}

}  // namespace sallyport::gateway
