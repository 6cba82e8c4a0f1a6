#ifndef SALLYPORT_CORE_CREDENTIALS_PARSE_CREDENTIAL_H_
#define SALLYPORT_CORE_CREDENTIALS_PARSE_CREDENTIAL_H_

// Reads the parts of a stored secret's text whose scheme is known. Internal to
// core/credentials.

#include "absl/status/statusor.h"
#include "core/credentials/credential.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/credential_text.h"

namespace sallyport {

// ReadUserPassword reads what follows the scheme in braces. The error is the text's
// status.
absl::StatusOr<Credential> ReadUserPassword(const CredentialScheme& scheme, CredentialText& value);

// ReadAuthPassword reads authInfo and authValue (RFC 3112 section 2.1), without the
// spaces around them. The error is the status of the first that has a mistake.
absl::StatusOr<Credential> ReadAuthPassword(const CredentialScheme& scheme, CredentialText& info,
                                            CredentialText& value);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_PARSE_CREDENTIAL_H_
