#include "core/sasl/plain/decoy_credential.h"

#include <array>
#include <string>
#include <utility>

namespace sallyport {
namespace {

constexpr std::array kHashes = {HashFunction::kSha1, HashFunction::kSha256, HashFunction::kSha512};
constexpr std::string_view kPbkdf2 = "PBKDF2-";

// PBKDF2's schemes write their hash without its hyphen.
bool NamesPbkdf2(std::string_view scheme, HashFunction hash) {
  if (!scheme.starts_with(kPbkdf2)) return false;
  std::string name(HashName(hash));
  std::erase(name, '-');
  return scheme.substr(kPbkdf2.size()) == name;
}

bool NamesScram(std::string_view scheme, HashFunction hash) {
  return scheme.starts_with("SCRAM-") && scheme.substr(6) == HashName(hash);
}

}  // namespace

Credential DecoyCredential(std::string_view scheme, std::string_view name,
                           std::string_view decoy_key, const CredentialCosts& costs) {
  for (const HashFunction hash : kHashes) {
    if (NamesScram(scheme, hash)) return DecoyScramKeys(hash, name, decoy_key, costs);
    if (!NamesPbkdf2(scheme, hash)) continue;
    ScramKeys keys = DecoyScramKeys(hash, name, decoy_key, costs);
    return Pbkdf2Hash{hash, std::move(keys.salt), costs.pbkdf2_iterations,
                      std::move(keys.stored_key)};
  }
  ScramKeys keys = DecoyScramKeys(HashFunction::kSha256, name, decoy_key, costs);
  if (scheme == "ARGON2ID") {
    return Argon2Hash{Argon2Function::kArgon2id, costs.argon2_memory_kib,
                      costs.argon2_passes,       costs.argon2_lanes,
                      std::move(keys.salt),      std::move(keys.stored_key)};
  }
  if (scheme == "CRYPT") return DecoyCryptHash(name, decoy_key, costs);
  if (scheme == "CLEARTEXT") return Cleartext{std::move(keys.stored_key)};
  return keys;
}

}  // namespace sallyport
