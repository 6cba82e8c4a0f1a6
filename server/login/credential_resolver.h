#ifndef SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_
#define SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_

// Answers a mechanism's query: from the credential store, and says whether the
// account may log in at all; or, where the client shows a token, by what the
// token's issuer vouches for. Thread-safe.

#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "core/sasl/server_mechanism.h"
#include "server/stores/credential_store.h"
#include "server/tokens/token_authority.h"

namespace sallyport::server {

class CredentialResolver {
 public:
  using Done = absl::AnyInvocable<void(CredentialAnswer) &&>;

  // `store` and `tokens` must outlive the resolver. Without `tokens` (null) a token
  // is a misconfiguration: it should not have been asked for.
  CredentialResolver(CredentialStore& store, TokenAuthority* tokens)
      : store_(store), tokens_(tokens) {}

  // ResolveCached answers without waiting, or not at all.
  std::optional<CredentialAnswer> ResolveCached(const CredentialQuery& query);

  // Resolve asks the store, or the token's issuer. `done` is called exactly once, on
  // the caller's thread or on another.
  void Resolve(const CredentialQuery& query, Done done);

 private:
  CredentialStore& store_;
  TokenAuthority* const tokens_;
};

// JudgeAccount turns what a store knows (null: no such user) into an answer:
// credentials that have expired are left out, and an account that may not log in
// at `now` is denied.
CredentialsFound JudgeAccount(std::shared_ptr<const Account> account, const CredentialQuery& query,
                              absl::Time now);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_
