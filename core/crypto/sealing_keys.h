#ifndef SALLYPORT_CORE_CRYPTO_SEALING_KEYS_H_
#define SALLYPORT_CORE_CRYPTO_SEALING_KEYS_H_

// Seals what leaves the service and has to come back unread and unaltered, with
// AES-256-GCM (NIST SP 800-38D) under keys that a fleet shares and rotates.
//
// Sealed bytes: version (1), key id (8), salt (16), nonce (12), ciphertext,
// tag (16). The key that encrypts is derived from the fleet's and the salt, which
// each SealingKeys draws for itself, by HKDF-SHA-256 (RFC 5869); under it the
// nonce counts up. So no two replicas ever use a key with the same nonce, however
// much they seal. The key id is derived from the key.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"

namespace sallyport {

// kSealingKeySize is a key's size in bytes.
inline constexpr size_t kSealingKeySize = 32;

// SealRefusal says why sealed bytes were not opened.
enum class SealRefusal : uint8_t {
  kFormat,      // not of a form or version that this build knows
  kUnknownKey,  // sealed under a key that is not, or no longer, among these
  kNotGenuine,  // altered, or bound to something else
};

// SealingKeys are the keys of a fleet: the first one seals, each opens. Immutable
// but for the nonce, and thread-safe.
class SealingKeys {
 public:
  // Create fails with InvalidArgument where there is no key, one is not of
  // kSealingKeySize, or two are the same, and with Internal where OpenSSL or
  // `random` fails.
  static absl::StatusOr<std::shared_ptr<const SealingKeys>> Create(std::vector<Secret> keys,
                                                                   RandomSource& random);
  ~SealingKeys();
  SealingKeys(const SealingKeys&) = delete;
  SealingKeys& operator=(const SealingKeys&) = delete;

  // Seal encrypts `plain`. Only Open with the same `bound_to`, which is not part
  // of the result, gives it back. nullopt where OpenSSL fails, and for a megabyte
  // or more.
  std::optional<std::string> Seal(std::string_view plain, std::string_view bound_to) const;

  // Open takes what Seal made, here or at another replica.
  std::variant<SealRefusal, Secret> Open(std::string_view sealed, std::string_view bound_to) const;

 private:
  struct State;
  explicit SealingKeys(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CRYPTO_SEALING_KEYS_H_
