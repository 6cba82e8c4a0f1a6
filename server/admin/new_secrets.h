#ifndef SALLYPORT_SERVER_ADMIN_NEW_SECRETS_H_
#define SALLYPORT_SERVER_ADMIN_NEW_SECRETS_H_

// What is stored of a password that an operator sets, and until when the one before it
// stays valid. Thread-safe.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/account.h"
#include "core/credentials/credential.h"
#include "policy/credential_rules.h"
#include "server/admin/derivation_slots.h"

namespace sallyport::server {

// At most so many schemes may be asked for.
inline constexpr size_t kMaxSchemes = 8;

// MakeCredentials derives what `rules` say, or of the `requested` schemes if there are
// any, at the costs of the rules. SCRAM keys get the salt and the iterations of those that
// `beside` (which may be null) keeps of the same hash, so that a client may prove either
// password. InvalidArgument never tells the password; ResourceExhausted where no slot is
// free.
absl::StatusOr<std::vector<Credential>> MakeCredentials(const std::string& password,
                                                        std::vector<std::string> requested,
                                                        const policy::CredentialRules& rules,
                                                        const Account* beside,
                                                        DerivationSlots& slots);

// CheckRotation is InvalidArgument where the policy does not let an old password stay
// valid for so long.
absl::Status CheckRotation(absl::Duration keep_old_for, const policy::CredentialRules& rules);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_NEW_SECRETS_H_
