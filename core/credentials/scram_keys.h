#ifndef SALLYPORT_CORE_CREDENTIALS_SCRAM_KEYS_H_
#define SALLYPORT_CORE_CREDENTIALS_SCRAM_KEYS_H_

// The keys that SCRAM computes from a salted password (RFC 5802 section 3). Pure.

#include <optional>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/crypto/hash.h"

namespace sallyport {

// ScramDerivedKeys are all that a salted password gives.
struct ScramDerivedKeys {
  Secret client_key;
  Secret stored_key;
  Secret server_key;
};

// DeriveScramKeys computes the keys. Cheap: the slow part gave `salted_password`.
// Nullopt where the library fails.
std::optional<ScramDerivedKeys> DeriveScramKeys(HashFunction hash,
                                                std::string_view salted_password);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_SCRAM_KEYS_H_
