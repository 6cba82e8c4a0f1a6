#ifndef SALLYPORT_SERVER_TOKENS_KEY_SET_SOURCE_H_
#define SALLYPORT_SERVER_TOKENS_KEY_SET_SOURCE_H_

// Where an issuer's key set comes from, and how fresh it is. Thread-safe; no call
// waits.

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/tokens/key_set.h"

namespace sallyport::server {

// KeySetAnswer is a key set; Unavailable where newer keys could not be had, and
// ResourceExhausted where too many wait for them.
using KeySetAnswer = absl::StatusOr<std::shared_ptr<const KeySet>>;
using KeySetDone = absl::AnyInvocable<void(KeySetAnswer) &&>;

class KeySetSource {
 public:
  virtual ~KeySetSource() = default;

  // Current is the key set in use; null where there is none yet, or where it is
  // too old to be believed.
  virtual std::shared_ptr<const KeySet> Current() = 0;

  // Newest is for a token that the current set does not verify: the newest keys
  // that can be had without waiting, where no newer ones may be waited for.
  virtual std::optional<KeySetAnswer> Newest() = 0;

  // Refresh waits for newer keys. It calls `done` exactly once: where Newest has an
  // answer, or too many wait, at once on the caller's thread, else on a thread of
  // the source's.
  virtual void Refresh(KeySetDone done) = 0;
};

// LogKeySet tells the log that `keys` of `source` (a path or a URL) are in use from
// now on, which keys were left out, and why.
void LogKeySet(const std::string& source, const KeySet& keys);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_KEY_SET_SOURCE_H_
