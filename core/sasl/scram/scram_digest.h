#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_DIGEST_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_DIGEST_H_

// The output of a digest or an HMAC: as secret as a key, and short-lived, so that
// it is kept without an allocation. Each copy wipes itself. Not thread-safe.

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "core/crypto/hash.h"

namespace sallyport {

class ScramDigest {
 public:
  // ScramDigest is of the size that `hash` has, and zero.
  explicit ScramDigest(HashFunction hash) : size_(DigestSize(hash)) {}
  ScramDigest(const ScramDigest&) = default;
  ScramDigest& operator=(const ScramDigest&) = default;
  ~ScramDigest() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  // bytes are to be written to.
  std::span<char> bytes() { return {bytes_.data(), size_}; }

  // view is valid as long as the digest is.
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kMaxDigestSize> bytes_{};
  size_t size_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_DIGEST_H_
