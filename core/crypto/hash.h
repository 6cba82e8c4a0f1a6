#ifndef SALLYPORT_CORE_CRYPTO_HASH_H_
#define SALLYPORT_CORE_CRYPTO_HASH_H_

// Digests, HMAC and PBKDF2, each a thin call into OpenSSL with contexts that a
// thread reuses. All are thread-safe and do not fail for valid arguments; should
// OpenSSL fail none the less (out of memory, or an OpenSSL that is configured to
// be without the hash function, as FIPS is without MD5), they return false and the
// caller must refuse. The contexts keep the thread's last key of each hash function
// until the next call, or until the thread ends, which wipes them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport {

// HashFunction names what is to be computed; whether that suits the purpose is its
// user's to know: MD5 is here for the formats and mechanisms that are made of it.
enum class HashFunction : uint8_t { kSha1, kSha256, kSha512, kMd5, kSha384 };

inline constexpr size_t kMaxDigestSize = 64;

// DigestSize is the output's length in bytes: 16 for MD5, 20 for SHA-1,
// and as many bits as the name says for the others.
size_t DigestSize(HashFunction hash);

// HashName is the name as SCRAM's mechanisms carry it, "SHA-1", "SHA-256", ..., and
// "MD5".
std::string_view HashName(HashFunction hash);

// IsAvailable tells whether OpenSSL, as it is configured, has the hash function. The
// functions below return false for one that it has not.
bool IsAvailable(HashFunction hash);

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
