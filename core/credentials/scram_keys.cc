#include "core/credentials/scram_keys.h"

#include <span>

namespace sallyport {
namespace {

std::span<char> Bytes(Secret& secret) { return {secret.data(), secret.size()}; }

}  // namespace

std::optional<ScramDerivedKeys> DeriveScramKeys(HashFunction hash,
                                                std::string_view salted_password) {
  const size_t size = DigestSize(hash);
  ScramDerivedKeys keys{Secret::Zeroed(size), Secret::Zeroed(size), Secret::Zeroed(size)};
  if (!Hmac(hash, salted_password, "Client Key", Bytes(keys.client_key)) ||
      !Digest(hash, keys.client_key.view(), Bytes(keys.stored_key)) ||
      !Hmac(hash, salted_password, "Server Key", Bytes(keys.server_key))) {
    return std::nullopt;
  }
  return keys;
}

}  // namespace sallyport
