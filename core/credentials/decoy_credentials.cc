#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/credentials/crypt_hash.h"
#include "core/credentials/crypt_text.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/base64.h"

namespace sallyport {
namespace {

// Appends the parts, with a NUL between them: neither the purposes nor the hash
// functions' names hold one, so no two lists of parts give the same text.
std::string Joined(std::string_view purpose, HashFunction hash, std::string_view name) {
  constexpr std::string_view kSeparator("\0", 1);
  std::string text;
  for (const std::string_view part : {purpose, kSeparator, HashName(hash), kSeparator, name}) {
    text.append(part);
  }
  return text;
}

bool FillKey(std::string_view purpose, HashFunction hash, std::string_view name,
             std::string_view decoy_key, Secret* key) {
  *key = Secret::Zeroed(DigestSize(hash));
  return Hmac(hash, decoy_key, Joined(purpose, hash, name), {key->data(), key->size()});
}

}  // namespace

ScramKeys DecoyScramKeys(HashFunction hash, std::string_view name, std::string_view decoy_key,
                         const CredentialCosts& costs) {
  constexpr HashFunction kSaltHash = HashFunction::kSha256;
  ScramKeys keys;
  keys.hash = hash;
  keys.iterations = costs.scram_iterations;
  keys.salt.resize(DigestSize(kSaltHash));
  const bool made =
      Hmac(kSaltHash, decoy_key, Joined("sallyport decoy salt", hash, name), keys.salt) &&
      FillKey("sallyport decoy stored key", hash, name, decoy_key, &keys.stored_key) &&
      FillKey("sallyport decoy server key", hash, name, decoy_key, &keys.server_key);
  keys.salt.resize(kNewSaltSize);
  if (!made) {
    // Keys of zeros could be matched by somebody who finds what hashes to zero;
    // empty ones differ in size from every digest.
    keys.stored_key = Secret();
    keys.server_key = Secret();
  }
  return keys;
}

CryptHash DecoyCryptHash(std::string_view name, std::string_view decoy_key,
                         const CredentialCosts& costs) {
  const ScramKeys keys = DecoyScramKeys(HashFunction::kSha256, name, decoy_key, costs);
  std::optional<std::string> text = YescryptSetting(costs.yescrypt_cost, keys.salt);
  if (keys.stored_key.empty() || !text.has_value()) return CryptHash();
  // Base64 without padding has crypt(3)'s digits, but for '+', and 43 of them.
  std::string hash;
  AppendBase64(keys.stored_key.view(), &hash);
  std::replace(hash.begin(), hash.end(), '+', '.');
  text->append(hash, 0, kYescryptHashSize);
  CryptHash decoy{Secret(*text)};
  Wipe(&*text);
  Wipe(&hash);
  return decoy;
}

}  // namespace sallyport
