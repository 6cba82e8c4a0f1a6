#ifndef SALLYPORT_CORE_SASL_PREPARED_NAMES_H_
#define SALLYPORT_CORE_SASL_PREPARED_NAMES_H_

// From the names as a client sent them, to the query for their account, to the
// identity: the same in every mechanism. Pure.

#include <cstddef>
#include <memory>
#include <string_view>
#include <variant>

#include "core/sasl/server_mechanism.h"

namespace sallyport {

// kMaxFieldSize bounds a name and a password, in bytes as sent.
inline constexpr size_t kMaxFieldSize = 1024;

// PrepareNames prepares both names (RFC 4013, as a query). An authorization_id
// that is empty, or equal to the authentication_id once prepared, asks for no
// other identity. A Failure where a name is empty, too long (each may have
// `max_size` bytes), not UTF-8 or prohibited. `mechanism` is a registry's name.
std::variant<Failure, CredentialQuery> PrepareNames(std::string_view authentication_id,
                                                    std::string_view authorization_id,
                                                    std::string_view mechanism,
                                                    size_t max_size = kMaxFieldSize);

// PrepareClaims is PrepareNames where the client may leave out who it is, since
// something else vouches for it.
std::variant<Failure, CredentialQuery> PrepareClaims(std::string_view authentication_id,
                                                     std::string_view authorization_id,
                                                     std::string_view mechanism,
                                                     size_t max_size = kMaxFieldSize);

// IdentityOf is who a query named, once they have proved it: by the account's name,
// which need not be the query's, or the query's where there is no account.
Identity IdentityOf(CredentialQuery query, std::shared_ptr<const Account> account);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PREPARED_NAMES_H_
