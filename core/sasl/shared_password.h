#ifndef SALLYPORT_CORE_SASL_SHARED_PASSWORD_H_
#define SALLYPORT_CORE_SASL_SHARED_PASSWORD_H_

// The password of a mechanism in which both sides must know it as it is (CRAM-MD5,
// DIGEST-MD5). Pure.

#include <string_view>

#include "core/credentials/account.h"
#include "core/credentials/secret.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

struct SharedPassword {
  Secret password;
  // Whether it is the account's. What was shown to match it must not be believed
  // otherwise.
  bool usable = false;
};

// SharedPasswordOf is the account's first password in the clear. Whoever has none, or
// no account (null), gets a decoy that nobody knows, for the same work.
SharedPassword SharedPasswordOf(const Account* account, std::string_view name,
                                const ServerMechanismSettings& settings);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SHARED_PASSWORD_H_
