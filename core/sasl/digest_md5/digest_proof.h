#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_PROOF_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_PROOF_H_

// DIGEST-MD5's arithmetic (RFC 2831 sections 2.1.2.1 and 2.1.3), on top of OpenSSL's
// MD5. Pure. nullopt only where the library fails: the caller must refuse.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/sasl/digest_md5/digest_response.h"

namespace sallyport {

// DigestEncoding is what the name, the realm and the password are hashed in. RFC 2831
// asks for ISO 8859-1 of each that can be written in it, and Cyrus SASL does that; GNU
// SASL does it for the password only, others for nothing. ASCII is the same in all.
enum class DigestEncoding : uint8_t { kLatin1, kLatin1Password, kUtf8 };

inline constexpr DigestEncoding kDigestEncodings[] = {
    DigestEncoding::kLatin1, DigestEncoding::kLatin1Password, DigestEncoding::kUtf8};

// DigestProof is of both sides, each as IsMd5Hex has it.
struct DigestProof {
  Secret response;
  Secret rspauth;
};

// ProveDigest computes what `login` should have as its response, which is not looked
// at, and what the server answers.
std::optional<DigestProof> ProveDigest(const DigestResponse& login, std::string_view password,
                                       DigestEncoding encoding);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_PROOF_H_
