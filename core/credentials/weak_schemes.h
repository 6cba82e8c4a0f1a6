#ifndef SALLYPORT_CORE_CREDENTIALS_WEAK_SCHEMES_H_
#define SALLYPORT_CORE_CREDENTIALS_WEAK_SCHEMES_H_

// Which stored secrets are hashed so fast that whoever reads them soon knows the
// passwords: RFC 2307's, RFC 3112's and RabbitMQ's plain digests, salted or not, and
// crypt(3)'s $1$. They are for directories that still hold them, and are believed only where that
// was asked for. Pure.

#include <span>
#include <string>
#include <string_view>

#include "core/credentials/credential.h"

namespace sallyport {

// IsWeak tells whether the credential is of a fast hash. A password in the clear is
// not hashed, and not meant.
bool IsWeak(const Credential& credential);

// IsWeakScheme tells the same of a SchemeName, without case; false for an unknown one.
bool IsWeakScheme(std::string_view scheme);

// MayVerify tells whether a password may be checked against the credential: if it is
// not weak, or its SchemeName is in the list, without case. ("CRYPT" does not allow
// $1$, which "CRYPT-MD5" does.)
bool MayVerify(const Credential& credential, std::span<const std::string> allowed_weak_schemes);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_WEAK_SCHEMES_H_
