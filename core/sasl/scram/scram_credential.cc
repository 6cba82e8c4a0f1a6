#include "core/sasl/scram/scram_credential.h"

#include <variant>

namespace sallyport {
namespace {

bool IsUsable(const ScramKeys& keys, HashFunction hash, uint32_t min_iterations) {
  const size_t size = DigestSize(hash);
  return keys.hash == hash && !keys.salt.empty() && keys.salt.size() <= kMaxScramSaltSize &&
         keys.iterations > 0 && keys.iterations >= min_iterations &&
         keys.stored_key.size() == size && keys.server_key.size() == size;
}

}  // namespace

ScramCredential ChooseScramCredential(const Account* account, HashFunction hash,
                                      uint32_t min_iterations) {
  ScramCredential chosen;
  if (account == nullptr) return chosen;
  for (const StoredCredential& stored : account->credentials) {
    if (const auto* keys = std::get_if<ScramKeys>(&stored.secret)) {
      if (IsUsable(*keys, hash, min_iterations)) return ScramCredential{keys, nullptr};
    } else if (const auto* cleartext = std::get_if<Cleartext>(&stored.secret)) {
      if (chosen.password == nullptr) chosen.password = &cleartext->password;
    }
  }
  return chosen;
}

}  // namespace sallyport
