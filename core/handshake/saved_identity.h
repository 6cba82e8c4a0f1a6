#ifndef SALLYPORT_CORE_HANDSHAKE_SAVED_IDENTITY_H_
#define SALLYPORT_CORE_HANDSHAKE_SAVED_IDENTITY_H_

// Writes down who a client is, for an exchange that has accepted it and waits for
// a last answer. Pure.

#include <string_view>

#include "core/sasl/identity.h"
#include "core/sasl/saved_state.h"

namespace sallyport {

// SaveIdentity writes `identity` without its account's credentials.
void SaveIdentity(const Identity& identity, StateWriter& state);

// RestoreIdentity reads what SaveIdentity wrote of a client of `mechanism`, a
// registry's name. Whether `state` was whole is its reader's to say.
Identity RestoreIdentity(std::string_view mechanism, StateReader& state);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_SAVED_IDENTITY_H_
