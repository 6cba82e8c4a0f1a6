#ifndef SALLYPORT_CORE_CREDENTIALS_NEW_CREDENTIAL_H_
#define SALLYPORT_CORE_CREDENTIALS_NEW_CREDENTIAL_H_

// Makes what a store is to keep of a new password.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/credentials/credential.h"
#include "core/crypto/random_source.h"

namespace sallyport {

// kNewSaltSize is the size in bytes of the salt of every new credential.
inline constexpr size_t kNewSaltSize = 16;

// kMaxYescryptCost is 256 MiB.
inline constexpr uint32_t kMaxYescryptCost = 9;

// CredentialCosts are the work factors of new credentials.
struct CredentialCosts {
  // RFC 7677 section 4 asks for at least 4096.
  uint32_t scram_iterations = 4096;
  uint32_t pbkdf2_iterations = 600'000;
  uint32_t argon2_memory_kib = 19'456;
  uint32_t argon2_passes = 2;
  uint32_t argon2_lanes = 1;
  // As crypt_gensalt counts, from 1 to kMaxYescryptCost: 5 takes 16 MiB, and each
  // further one twice as much memory and time.
  uint32_t yescrypt_cost = 5;
};

// IsForNewPasswords tells whether NewCredential makes credentials of `scheme` (a
// SchemeName, without case). Of the others it does not: those that are weak, and
// argon2i and argon2d, are read and verified only.
bool IsForNewPasswords(std::string_view scheme);

// NewCredential derives a credential of `scheme` (a SchemeName) from a password
// that SASLprep has prepared for storage, with a fresh salt from `random`. It is
// slow on purpose. The scheme is matched without case; CRYPT is yescrypt.
// InvalidArgument: a scheme that is unknown or not for new passwords, a password that
// is empty or that crypt(3) would not see to its end, or costs that ParseCredential
// would refuse.
// Unavailable: no randomness, or the library failed.
absl::StatusOr<Credential> NewCredential(std::string_view scheme, std::string_view password,
                                         const CredentialCosts& costs, RandomSource& random);

// NewScramKeysBeside derives SCRAM keys of another password with the salt and the
// iterations of `keys`, so that a client, who is told one salt, may prove either
// password while both are valid. It fails as NewCredential does.
absl::StatusOr<Credential> NewScramKeysBeside(const ScramKeys& keys, std::string_view password);

// DecoyScramKeys are what an unknown user is challenged with: the salt is a
// keyed digest of the name, of the size of a new credential's, so that it is the
// same at each attempt and on each replica that shares `decoy_key`, which has to
// be secret; no password matches the keys. Cheap: three HMACs. Should those fail,
// the keys are empty, and no proof matches them either.
ScramKeys DecoyScramKeys(HashFunction hash, std::string_view name, std::string_view decoy_key,
                         const CredentialCosts& costs);

// DecoyCryptHash is likewise of the cost of a new credential, and no password is known
// to match it. Empty should libxcrypt fail; that matches none.
CryptHash DecoyCryptHash(std::string_view name, std::string_view decoy_key,
                         const CredentialCosts& costs);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_NEW_CREDENTIAL_H_
