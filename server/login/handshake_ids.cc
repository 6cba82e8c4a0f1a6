#include "server/login/handshake_ids.h"

#include "absl/strings/str_cat.h"

namespace sallyport::server {

HandshakeIds::HandshakeIds(RandomSource& random) {
  uint64_t seed = 0;
  // An id is a name, not a secret: without randomness, zero still serves.
  if (!random.Fill({reinterpret_cast<char*>(&seed), sizeof(seed)})) seed = 0;
  prefix_ = absl::StrCat(absl::Hex(seed, absl::kZeroPad16), "-");
}

std::string HandshakeIds::Next() {
  return absl::StrCat(prefix_, absl::Hex(count_.fetch_add(1, std::memory_order_relaxed)));
}

}  // namespace sallyport::server
