#include "server/login/credential_lookup.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport::server {
namespace {

// As for the names in mechanisms' messages.
constexpr size_t kMaxNameSize = 1024;

bool HasExpired(const std::optional<absl::Time>& expires_at, absl::Time now) {
  return expires_at.has_value() && *expires_at <= now;
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

// The name to look up; nullopt where policy maps it to nobody.
std::optional<std::string> MappedName(const policy::LoginPolicy& policy, v1::IdentitySource source,
                                      const std::string& name) {
  if (source == v1::IDENTITY_SOURCE_UNSPECIFIED) return name;
  std::optional<std::string> mapped = policy.identity_mappings().Map(source, name, nullptr);
  if (!mapped || mapped->empty() || mapped->size() > kMaxNameSize) return std::nullopt;
  // What SASLprep would change would become another's name.
  return SaslPrepQuery(*mapped) == mapped ? mapped : std::nullopt;
}

CredentialsFound IdentityRefused() { return {.denial = FailureReason::kIdentityRefused}; }

// Whether the client asks to act as somebody else, and may not.
bool IsAuthzidRefused(const Account& account, const CredentialQuery& query,
                      const policy::LoginPolicy& policy) {
  if (query.authorization_id.empty() || query.authorization_id == account.authentication_id) {
    return false;
  }
  return !policy.act_as().Allows({account.authentication_id, account.groups},
                                 query.authorization_id, nullptr);
}

// What a token's issuer vouches for, under the name that policy gives it.
CredentialAnswer JudgeToken(CredentialAnswer answer, const CredentialQuery& query,
                            const policy::LoginPolicy& policy) {
  auto* found = std::get_if<CredentialsFound>(&answer);
  if (found == nullptr || found->account == nullptr) return answer;
  if (!policy.AcceptsIssuer(found->account->store)) {
    return CredentialsFound{.denial = FailureReason::kTokenNotAccepted,
                            .what = "policy does not accept its issuer here"};
  }
  const std::string& name = found->account->authentication_id;
  const auto mapped = MappedName(policy, v1::IDENTITY_SOURCE_TOKEN, name);
  if (!mapped) return IdentityRefused();
  if (*mapped != name) {
    found->vouched_name = name;
    auto account = std::make_shared<Account>(*found->account);
    account->authentication_id = *mapped;
    found->account = std::move(account);
  }
  if (!found->denial && IsAuthzidRefused(*found->account, query, policy)) {
    found->denial = FailureReason::kAuthzidNotAllowed;
  }
  return answer;
}

CredentialStore& StoreAt(const LoginParty& party, size_t index) {
  return *party.broker->active->stores[party.scope.login->stores()[index].store];
}

// What is said of a user whom no store knows.
CredentialsFound Unknown(const LoginParty& party, std::string_view name) {
  CredentialsFound found = {.denial = FailureReason::kUnknownUser};
  const auto& stores = party.scope.login->stores();
  for (size_t i = 0; i < stores.size() && found.decoy_verifier == nullptr; ++i) {
    found.decoy_verifier = StoreAt(party, i).decoy_verifier(party.scope.tenant->name(), name);
  }
  return found;
}

// Asks the stores of a party, one after the other.
class ChainLookup : public std::enable_shared_from_this<ChainLookup> {
 public:
  ChainLookup(LoginParty party, CredentialQuery query, std::string name, CredentialsDone done)
      : party_(std::move(party)),
        query_(std::move(query)),
        name_(std::move(name)),
        done_(std::move(done)) {}

  void Ask() {
    const auto& stores = party_.scope.login->stores();
    while (next_ < stores.size()) {
      CredentialStore& store = StoreAt(party_, next_);
      const auto cached = store.LookupCached(party_.scope.tenant->name(), name_);
      if (!cached) {
        return store.Lookup(party_.scope.tenant->name(), name_,
                            [self = shared_from_this()](LookupResult result) {
                              self->OnAnswer(std::move(result));
                            });
      }
      if (*cached != nullptr) return Found(*cached);
      ++next_;
    }
    // Who was not found might be a user of the store that could not be asked.
    if (outage_) return std::move(done_)(*outage_);
    std::move(done_)(Unknown(party_, name_));
  }

 private:
  void OnAnswer(LookupResult result) {
    if (result.ok() && *result != nullptr) return Found(*std::move(result));
    if (!result.ok()) {
      const CredentialsUnavailable unavailable = Unavailable(result.status());
      if (!party_.scope.login->stores()[next_].next_on_outage) {
        return std::move(done_)(unavailable);
      }
      outage_ = unavailable;
    }
    ++next_;
    Ask();
  }

  void Found(std::shared_ptr<const Account> account) {
    std::move(done_)(JudgeAccount(std::move(account), query_, *party_.scope.login, absl::Now()));
  }

  const LoginParty party_;
  const CredentialQuery query_;
  const std::string name_;
  CredentialsDone done_;
  size_t next_ = 0;
  std::optional<CredentialsUnavailable> outage_;
};

}  // namespace

CredentialsFound JudgeAccount(std::shared_ptr<const Account> account, const CredentialQuery& query,
                              const policy::LoginPolicy& policy, absl::Time now) {
  if (account == nullptr) return {.denial = FailureReason::kUnknownUser};
  CredentialsFound found;
  if (account->disabled) {
    found.denial = FailureReason::kAccountDisabled;
  } else if (HasExpired(account->expires_at, now)) {
    found.denial = FailureReason::kAccountExpired;
  } else if (IsAuthzidRefused(*account, query, policy)) {
    found.denial = FailureReason::kAuthzidNotAllowed;
  }
  const policy::CredentialRules& rules = policy.credentials();
  const auto is_expired = [&](const StoredCredential& c) { return rules.HasExpired(c, now); };
  const auto is_unusable = [&](const StoredCredential& c) { return !rules.MayVerify(c, now); };
  const auto& all = account->credentials;
  if (std::none_of(all.begin(), all.end(), is_unusable)) {
    found.account = std::move(account);
    return found;
  }
  auto usable = std::make_shared<Account>(*account);
  std::erase_if(usable->credentials, is_unusable);
  // It is not all of the user any more: nobody may replace the rest by it.
  usable->revision = 0;
  if (!found.denial && usable->credentials.empty() &&
      std::any_of(all.begin(), all.end(), is_expired)) {
    found.denial = FailureReason::kCredentialExpired;
  }
  found.account = std::move(usable);
  return found;
}

std::optional<CredentialAnswer> LookUpCached(const LoginParty& party,
                                             const CredentialQuery& query) {
  const policy::LoginPolicy& policy = *party.scope.login;
  if (!query.token.empty()) {
    TokenAuthority* tokens = party.broker->active->tokens.get();
    if (tokens == nullptr) return CredentialsUnavailable{FailureReason::kMisconfigured};
    auto answer = tokens->ResolveCached(query.token.view());
    if (!answer) return std::nullopt;
    return JudgeToken(*std::move(answer), query, policy);
  }
  std::optional<std::string> mapped;
  const v1::IdentitySource source = policy::IdentitySourceOf(query.mechanism);
  if (source != v1::IDENTITY_SOURCE_UNSPECIFIED) {
    mapped = MappedName(policy, source, query.authentication_id);
    if (!mapped) return IdentityRefused();
  }
  const std::string& name = mapped ? *mapped : query.authentication_id;
  for (size_t i = 0; i < policy.stores().size(); ++i) {
    auto account = StoreAt(party, i).LookupCached(party.scope.tenant->name(), name);
    if (!account) return std::nullopt;
    if (*account != nullptr) {
      return JudgeAccount(*std::move(account), query, policy, absl::Now());
    }
  }
  return Unknown(party, name);
}

void LookUp(LoginParty party, const CredentialQuery& query, CredentialsDone done) {
  const policy::LoginPolicy& policy = *party.scope.login;
  if (!query.token.empty()) {
    TokenAuthority* tokens = party.broker->active->tokens.get();
    if (tokens == nullptr) {
      return std::move(done)(CredentialsUnavailable{FailureReason::kMisconfigured});
    }
    const std::string_view token = query.token.view();
    return tokens->Resolve(
        token, [party, query, done = std::move(done)](CredentialAnswer answer) mutable {
          std::move(done)(JudgeToken(std::move(answer), query, *party.scope.login));
        });
  }
  auto name =
      MappedName(policy, policy::IdentitySourceOf(query.mechanism), query.authentication_id);
  if (!name) return std::move(done)(IdentityRefused());
  std::make_shared<ChainLookup>(std::move(party), query, *std::move(name), std::move(done))->Ask();
}

}  // namespace sallyport::server
