#ifndef SALLYPORT_SERVER_LOGIN_DECOY_KEY_H_
#define SALLYPORT_SERVER_LOGIN_DECOY_KEY_H_

// The key under which users who do not exist are given salts (see DecoyScramKeys). It
// lies in a file, so that those salts survive a restart; replicas that share a copy of
// it give the same ones. Who knows it can tell which users exist.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"

namespace sallyport::server {

// kDecoyKeySize is in bytes.
inline constexpr size_t kDecoyKeySize = 32;

// LoadOrCreateDecoyKey is what is in the file at `path`, whose directory is made where it
// is missing. Where there is no such file it is made, with bytes of `random` and mode 0600; of
// processes that do so at the same time all get the same key. It fails with
// FailedPrecondition (no regular file, another user's file, or one that everybody
// can open), DataLoss (another size) or Unavailable (it cannot be read or made, or
// there is no randomness).
absl::StatusOr<Secret> LoadOrCreateDecoyKey(const std::string& path, RandomSource& random);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_DECOY_KEY_H_
