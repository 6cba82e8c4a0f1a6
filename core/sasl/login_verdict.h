#ifndef SALLYPORT_CORE_SASL_LOGIN_VERDICT_H_
#define SALLYPORT_CORE_SASL_LOGIN_VERDICT_H_

// The one place that decides whether a login succeeds, and why not. Pure.

#include <optional>

#include "core/sasl/server_mechanism.h"

namespace sallyport {

// RefusalOf is the reason to refuse a login, nullopt if it succeeds. `usable`:
// the account has a credential for the mechanism. `proven`: the client has
// shown that it holds that one.
//
// A denial always refuses. It is also the reason given, except to who knows the
// account's name but not its password: that is kBadCredentials, so that the log
// tells guessing from the misfortune of a rightful user.
std::optional<FailureReason> RefusalOf(const CredentialsFound& found, bool usable, bool proven);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_LOGIN_VERDICT_H_
