#ifndef SALLYPORT_SERVER_LOGIN_CREDENTIAL_LOOKUP_H_
#define SALLYPORT_SERVER_LOGIN_CREDENTIAL_LOOKUP_H_

// Answers a mechanism's query: from the stores that policy names, one after the other,
// and says whether the account may log in at all; or, where the client shows a token,
// by what the token's issuer vouches for. Thread-safe.

#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "core/sasl/server_mechanism.h"
#include "policy/policy.h"
#include "server/policy/active_policy.h"

namespace sallyport::server {

// LoginParty is on whose behalf a mechanism asks.
struct LoginParty {
  // Keeps alive what `scope` points to.
  std::shared_ptr<const BrokerScope> broker;
  policy::LoginScope scope;
};

using CredentialsDone = absl::AnyInvocable<void(CredentialAnswer) &&>;

// LookUpCached answers without waiting, or not at all.
std::optional<CredentialAnswer> LookUpCached(const LoginParty& party, const CredentialQuery& query);

// LookUp asks the stores, or the token's issuer. `done` is called exactly once, on the
// caller's thread or on another.
void LookUp(LoginParty party, const CredentialQuery& query, CredentialsDone done);

// JudgeAccount turns what a store knows (null: no such user) into an answer: of its
// credentials only those are left that may verify a login at `now`, and an account that
// may not log in is denied.
CredentialsFound JudgeAccount(std::shared_ptr<const Account> account, const CredentialQuery& query,
                              const policy::LoginPolicy& policy, absl::Time now);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_CREDENTIAL_LOOKUP_H_
