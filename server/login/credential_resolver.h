#ifndef SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_
#define SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_

// Answers a mechanism's query from the credential store, and says whether the
// account may log in at all. Thread-safe.

#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "core/sasl/server_mechanism.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

class CredentialResolver {
 public:
  using Done = absl::AnyInvocable<void(CredentialAnswer) &&>;

  // `store` must outlive the resolver.
  explicit CredentialResolver(CredentialStore& store) : store_(store) {}

  // ResolveCached answers without waiting, or not at all.
  std::optional<CredentialAnswer> ResolveCached(const CredentialQuery& query);

  // Resolve asks the store. `done` is called exactly once, as the store's Lookup
  // does.
  void Resolve(const CredentialQuery& query, Done done);

 private:
  CredentialStore& store_;
};

// JudgeAccount turns what a store knows (null: no such user) into an answer:
// credentials that have expired are left out, and an account that may not log in
// at `now` is denied.
CredentialsFound JudgeAccount(std::shared_ptr<const Account> account, const CredentialQuery& query,
                              absl::Time now);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_CREDENTIAL_RESOLVER_H_
