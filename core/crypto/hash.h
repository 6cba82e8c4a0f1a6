#ifndef SALLYPORT_CORE_CRYPTO_HASH_H_
#define SALLYPORT_CORE_CRYPTO_HASH_H_

// Digests, HMAC and PBKDF2, each a thin call into OpenSSL with contexts that a
// thread reuses. All are thread-safe and do not fail for valid arguments; should
// OpenSSL fail none the less (out of memory), they return false and the caller
// must refuse. The contexts keep the thread's last key of each hash function
// until the next call, or until the thread ends, which wipes them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport {

enum class HashFunction : uint8_t { kSha1, kSha256, kSha512 };

inline constexpr size_t kMaxDigestSize = 64;

// DigestSize is the output's length in bytes: 20, 32 or 64.
size_t DigestSize(HashFunction hash);

// HashName is the name as SCRAM's mechanisms carry it: "SHA-1", "SHA-256", ...
std::string_view HashName(HashFunction hash);

// Digest writes DigestSize(hash) bytes to `out`, and fails if that is shorter.
[[nodiscard]] bool Digest(HashFunction hash, std::string_view data, std::span<char> out);

// Hmac writes DigestSize(hash) bytes to `out` (RFC 2104), and fails if that is
// shorter. The key may be empty.
[[nodiscard]] bool Hmac(HashFunction hash, std::string_view key, std::string_view data,
                        std::span<char> out);

// Pbkdf2 fills `out` (RFC 8018 section 5.2, HMAC as the function). Slow. Fails for
// zero iterations and for an empty `out`.
[[nodiscard]] bool Pbkdf2(HashFunction hash, std::string_view password, std::string_view salt,
                          uint32_t iterations, std::span<char> out);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CRYPTO_HASH_H_
