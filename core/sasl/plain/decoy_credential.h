#ifndef SALLYPORT_CORE_SASL_PLAIN_DECOY_CREDENTIAL_H_
#define SALLYPORT_CORE_SASL_PLAIN_DECOY_CREDENTIAL_H_

// What the password of an unknown user is checked against, so that refusing it
// costs what refusing a wrong password costs. Pure.

#include <string_view>

#include "core/credentials/credential.h"
#include "core/credentials/new_credential.h"

namespace sallyport {

// DecoyCredential is of `scheme` (a SchemeName; SCRAM-SHA-256 where it is none)
// and `costs`. No password is known to match it, and a match must not be
// believed. Cheap.
Credential DecoyCredential(std::string_view scheme, std::string_view name,
                           std::string_view decoy_key, const CredentialCosts& costs);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PLAIN_DECOY_CREDENTIAL_H_
