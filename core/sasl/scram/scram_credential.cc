#include "core/sasl/scram/scram_credential.h"

#include <utility>
#include <variant>

namespace sallyport {
namespace {

bool IsUsable(const ScramKeys& keys, HashFunction hash, uint32_t min_iterations) {
  const size_t size = DigestSize(hash);
  return keys.hash == hash && !keys.salt.empty() && keys.salt.size() <= kMaxScramSaltSize &&
         keys.iterations > 0 && keys.iterations >= min_iterations &&
         keys.stored_key.size() == size && keys.server_key.size() == size;
}

bool IsBeside(const ScramKeys& keys, const ScramKeys& others) {
  return keys.salt == others.salt && keys.iterations == others.iterations;
}

}  // namespace

ScramCredential ChooseScramCredential(const Account* account, HashFunction hash,
                                      uint32_t min_iterations) {
  ScramCredential chosen;
  if (account == nullptr) return chosen;
  bool stays = false;
  for (const StoredCredential& stored : account->credentials) {
    if (const auto* keys = std::get_if<ScramKeys>(&stored.secret)) {
      if (!IsUsable(*keys, hash, min_iterations)) continue;
      if (chosen.keys != nullptr && (stays || stored.expires_at.has_value())) {
        if (chosen.other_keys == nullptr && IsBeside(*keys, *chosen.keys)) chosen.other_keys = keys;
        continue;
      }
      const ScramKeys* const before = std::exchange(chosen.keys, keys);
      stays = !stored.expires_at.has_value();
      chosen.other_keys = nullptr;
      if (before != nullptr && IsBeside(*before, *keys)) chosen.other_keys = before;
    } else if (const auto* cleartext = std::get_if<Cleartext>(&stored.secret)) {
      if (chosen.password == nullptr) chosen.password = &cleartext->password;
    }
  }
  if (chosen.keys != nullptr) chosen.password = nullptr;
  return chosen;
}

}  // namespace sallyport
