#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_PROOF_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_PROOF_H_

// SCRAM's arithmetic (RFC 5802 section 3), on top of OpenSSL's HMAC and digests.
// Pure. nullopt only where the library fails: the caller must refuse.

#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/scram_keys.h"
#include "core/credentials/secret.h"
#include "core/crypto/hash.h"
#include "core/sasl/scram/scram_digest.h"

namespace sallyport {

// ScramClientProof is ClientKey XOR HMAC(StoredKey, AuthMessage).
std::optional<std::string> ScramClientProof(HashFunction hash, const ScramDerivedKeys& keys,
                                            std::string_view auth_message);

// ScramProofMatches tells whether `proof` shows the ClientKey behind
// `stored_key`. The same work whatever the proof; the last comparison takes
// constant time. `proof` and `stored_key` must be of the digest's size, and
// match nothing otherwise.
std::optional<bool> ScramProofMatches(HashFunction hash, const Secret& stored_key,
                                      std::string_view auth_message, std::string_view proof);

// ScramServerSignature is HMAC(ServerKey, AuthMessage).
std::optional<ScramDigest> ScramServerSignature(HashFunction hash, std::string_view server_key,
                                                std::string_view auth_message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_PROOF_H_
