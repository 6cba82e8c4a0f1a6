#ifndef SALLYPORT_GATEWAY_SALTED_PASSWORDS_H_
#define SALLYPORT_GATEWAY_SALTED_PASSWORDS_H_

// What was derived from one account's password, as RFC 5802 section 5.1 suggests to
// keep it: a broker sends the same salt each time, so that only the first login
// pays for the derivation. Thread-safe.

#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"

namespace sallyport::gateway {

class SaltedPasswords {
 public:
  // Find is what was kept for the same hash, salt and iterations. The password of
  // `work` must be the same each time.
  std::optional<Secret> Find(const SaltedPassword& work) const;

  // Keep remembers the answer to `work`, in place of the oldest of four.
  void Keep(const SaltedPassword& work, const Secret& salted);

 private:
  struct Entry {
    HashFunction hash = HashFunction::kSha256;
    std::string salt;
    uint32_t iterations = 0;
    Secret salted;
  };

  mutable absl::Mutex mutex_;
  // The oldest first.
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_SALTED_PASSWORDS_H_
