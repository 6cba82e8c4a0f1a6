#ifndef SALLYPORT_CORE_TOKENS_KEY_SET_H_
#define SALLYPORT_CORE_TOKENS_KEY_SET_H_

// The keys of an issuer of tokens: a JSON Web Key Set (RFC 7517 section 5).
// Immutable and thread-safe.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tokens/verification_key.h"

namespace sallyport {

// kMaxKeySetSize bounds the text of a key set, in bytes.
inline constexpr size_t kMaxKeySetSize = 256 * 1024;

// kMaxKeys bounds how many keys, usable or not, a set may hold.
inline constexpr size_t kMaxKeys = 100;

class KeySet {
 public:
  // Parse reads a key set. A key that is of no use here is left out, as RFC 7517
  // has it, and named in skipped(): an issuer that adds a new kind of key must not
  // lock everybody out. A set without a usable key verifies nothing: that is how
  // an issuer withdraws its keys. InvalidArgument where it is not a key set, a
  // member of it is not an object, or it is over the bounds above; the message
  // shows no part of a key.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(std::string_view jwks_json);

  std::span<const VerificationKey> keys() const { return keys_; }

  // skipped says of each key that is left out which it is and why: "key 2
  // ('2019'): RSA of 1024 bits: expected 2048 to 8192". Keys are counted from 0.
  std::span<const std::string> skipped() const { return skipped_; }

 private:
  KeySet() = default;

  std::vector<VerificationKey> keys_;
  std::vector<std::string> skipped_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_KEY_SET_H_
