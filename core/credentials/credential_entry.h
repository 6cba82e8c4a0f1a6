#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_ENTRY_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_ENTRY_H_

// The general form in which a program hands credentials to a mechanism: a list of
// equivalent (type, value, parameters). The types, without case:
//
//   password               the cleartext password; no parameters
//   userPassword-<scheme>  what follows {<scheme>} in RFC 2307's form; no parameters
//   authPassword-<scheme>  RFC 3112's authValue, with its authInfo as the parameter
//                          "info", which each of the known schemes needs
//
// for the schemes of credential.h. Pure.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/credential.h"
#include "core/credentials/secret.h"

namespace sallyport {

struct CredentialEntry {
  std::string type;
  Secret value;
  // Names and values.
  std::vector<std::pair<std::string, std::string>> parameters;
};

// ParseCredentialEntry reads an entry under the rules of ParseCredential.
// InvalidArgument names the type if it is unknown, the parameter that is unknown, given
// again or missing, or the part and the position in it (in bytes, the first being 1) of
// what is malformed; never the value.
absl::StatusOr<Credential> ParseCredentialEntry(const CredentialEntry& entry);

// CredentialEntryOf is the entry that ParseCredentialEntry reads as `credential`.
CredentialEntry CredentialEntryOf(const Credential& credential);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_ENTRY_H_
