#include "server/login/credential_resolver.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

// The store's users are not kept apart by tenant.
constexpr std::string_view kTenant;

bool HasExpired(const std::optional<absl::Time>& expires_at, absl::Time now) {
  return expires_at.has_value() && *expires_at <= now;
}

// Shares the account unless something has to be left out.
std::shared_ptr<const Account> WithoutExpired(std::shared_ptr<const Account> account,
                                              absl::Time now) {
  const auto has_expired = [now](const StoredCredential& c) {
    return HasExpired(c.expires_at, now);
  };
  const auto& all = account->credentials;
  if (std::none_of(all.begin(), all.end(), has_expired)) return account;
  auto usable = std::make_shared<Account>(*account);
  std::erase_if(usable->credentials, has_expired);
  return usable;
}

CredentialsUnavailable Unavailable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return {FailureReason::kOverloaded};
    case absl::StatusCode::kDeadlineExceeded:
      return {FailureReason::kTimedOut};
    default:
      return {FailureReason::kStoreUnavailable};
  }
}

}  // namespace

CredentialsFound JudgeAccount(std::shared_ptr<const Account> account, const CredentialQuery& query,
                              absl::Time now) {
  if (account == nullptr) return {.denial = FailureReason::kUnknownUser};
  CredentialsFound found;
  const bool had_credentials = !account->credentials.empty();
  if (account->disabled) {
    found.denial = FailureReason::kAccountDisabled;
  } else if (HasExpired(account->expires_at, now)) {
    found.denial = FailureReason::kAccountExpired;
  } else if (!query.authorization_id.empty()) {
    found.denial = FailureReason::kAuthzidNotAllowed;
  }
  found.account = WithoutExpired(std::move(account), now);
  if (!found.denial && had_credentials && found.account->credentials.empty()) {
    found.denial = FailureReason::kCredentialExpired;
  }
  return found;
}

std::optional<CredentialAnswer> CredentialResolver::ResolveCached(const CredentialQuery& query) {
  if (!query.token.empty()) {
    if (tokens_ == nullptr) return CredentialsUnavailable{FailureReason::kMisconfigured};
    return tokens_->ResolveCached(query.token.view(), query.authorization_id);
  }
  auto account = store_.LookupCached(kTenant, query.authentication_id);
  if (!account) return std::nullopt;
  return JudgeAccount(*std::move(account), query, absl::Now());
}

void CredentialResolver::Resolve(const CredentialQuery& query, Done done) {
  if (!query.token.empty()) {
    if (tokens_ != nullptr) {
      return tokens_->Resolve(query.token.view(), query.authorization_id, std::move(done));
    }
    std::move(done)(CredentialsUnavailable{FailureReason::kMisconfigured});
    return;
  }
  store_.Lookup(kTenant, query.authentication_id,
                [query, done = std::move(done)](LookupResult result) mutable {
                  if (!result.ok()) {
                    std::move(done)(Unavailable(result.status()));
                    return;
                  }
                  std::move(done)(JudgeAccount(*std::move(result), query, absl::Now()));
                });
}

}  // namespace sallyport::server
