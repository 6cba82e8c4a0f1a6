#include "server/login/credential_upgrader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "core/sasl/saslprep/saslprep.h"
#include "process/log.h"
#include "server/stores/account_cache.h"

namespace sallyport::server {
namespace {

// Whether the account has every format that policy wants, or a change of its password is
// under way, which must not be undone.
bool IsSettled(const Account& account, const std::vector<std::string>& wanted) {
  const auto& all = account.credentials;
  if (std::any_of(all.begin(), all.end(), [](const StoredCredential& credential) {
        return credential.expires_at.has_value();
      })) {
    return true;
  }
  return std::all_of(wanted.begin(), wanted.end(), [&all](const std::string& scheme) {
    return std::any_of(all.begin(), all.end(), [&scheme](const StoredCredential& credential) {
      return SchemeName(credential.secret) == scheme;
    });
  });
}

// What new passwords of the tenant's users are stored as: whatever the listener, or two of
// them would undo one another's work.
const policy::CredentialRules& RulesOf(const LoginParty& party) {
  return party.broker->active->policy->CredentialRulesOf(party.scope.tenant->name());
}

// When the oldest of the account's credentials was stored; absent where one has no date.
std::optional<absl::Time> OldestOf(const Account& account) {
  std::optional<absl::Time> oldest;
  for (const StoredCredential& credential : account.credentials) {
    if (!credential.created_at.has_value()) return std::nullopt;
    if (!oldest.has_value() || *credential.created_at < *oldest) oldest = credential.created_at;
  }
  return oldest;
}

CredentialStore* FindStore(const LoginParty& party, const std::string& name) {
  for (const auto& store : party.broker->active->stores) {
    if (store->name() == name) return store.get();
  }
  return nullptr;
}

}  // namespace

// Upgrade is the work of one change.
class CredentialUpgrader::Upgrade : public SlowStep {
 public:
  // `user` is as in the upgrader's under_way_. `created_at` is when the password was set;
  // absent: nobody knows.
  Upgrade(LoginParty party, UpgradeBackOff& back_off, CredentialStore& store, UserKey key,
          std::string user, int64_t revision, std::optional<absl::Time> created_at, Secret password,
          AuditSlot audit)
      : party_(std::move(party)),
        back_off_(back_off),
        store_(store),
        key_(std::move(key)),
        user_(std::move(user)),
        revision_(revision),
        created_at_(created_at),
        password_(std::move(password)),
        audit_(std::move(audit)) {}

  void Run() override {
    const absl::Status status = Store();
    // The user was changed meanwhile, by whoever knows better.
    if (absl::IsAborted(status)) return;
    if (back_off_.Ended(party_.broker->active->serial, store_.name(), user_, status,
                        MonotonicNow())) {
      Log(status);
    }
    Audit(status);
  }

 private:
  void Log(const absl::Status& status) const {
    const auto level = status.ok() ? process::LogLevel::kInfo : process::LogLevel::kWarning;
    process::Log(level, status.ok() ? "credentials upgraded" : "credentials not upgraded",
                 {{"store", store_.name()},
                  {"tenant", key_.tenant},
                  {"authentication_id", key_.name},
                  {"error", status.message()}});
  }

  absl::Status Store() {
    // What may be asked for need not be fit to be stored (RFC 4013 section 2.5).
    std::optional<std::string> prepared = SaslPrepStored(password_.view());
    if (!prepared) return absl::InvalidArgumentError("the password is not fit to be stored");
    const Secret password(*prepared);
    Wipe(&*prepared);
    const policy::CredentialRules& rules = RulesOf(party_);
    NewCredentials change = {.created_at = created_at_, .if_revision = revision_};
    for (const std::string& scheme : rules.store_as()) {
      auto made = NewCredential(scheme, password.view(), rules.costs(), SystemRandom());
      if (!made.ok()) return made.status();
      change.credentials.push_back(*std::move(made));
    }
    return store_.directory()->ReplaceCredentials(key_, change).status();
  }

  void Audit(const absl::Status& status) {
    const policy::Policy& policy = *party_.broker->active->policy;
    std::move(audit_).Record(audit::ChangeRecord{
        .time = absl::Now(),
        .actor = "login",
        .action = audit::AuditAction::kUserChanged,
        .store = store_.name(),
        .tenant = key_.tenant,
        .user = key_.name,
        .policy_version = policy.version(),
        .policy_hash = policy.hash(),
        .outcome = status.ok() ? audit::ChangeOutcome::kDone : audit::ChangeOutcome::kFailed,
        .detail = status.ok() ? "credentials upgraded to the formats of the policy"
                              : absl::StrCat("credentials not upgraded: ", status.message())});
  }

  // Keeps the store open.
  const LoginParty party_;
  UpgradeBackOff& back_off_;
  CredentialStore& store_;
  const UserKey key_;
  const std::string user_;
  const int64_t revision_;
  const std::optional<absl::Time> created_at_;
  const Secret password_;
  AuditSlot audit_;
};

void CredentialUpgrader::Consider(const LoginParty& party, HandshakeOutcome* outcome) {
  if (!outcome->password) return;
  Secret password = *std::exchange(outcome->password, std::nullopt);
  if (!outcome->identity || outcome->identity->account == nullptr) return;
  const Account& account = *outcome->identity->account;
  if (account.revision == 0 || IsSettled(account, RulesOf(party).store_as())) return;
  CredentialStore* store = FindStore(party, account.store);
  if (store == nullptr || store->directory() == nullptr) return;
  UserKey key = store->KeyOf(party.scope.tenant->name(), account.authentication_id);
  std::string user = store->name() + '\0' + key.tenant + '\0' + key.name;
  // What cannot be recorded is not done.
  auto slot = audit_.Reserve();
  if (!slot || !Begin(user)) return;
  if (!back_off_.MayTry(party.broker->active->serial, store->name(), user, MonotonicNow())) {
    return End(user);
  }
  auto upgrade =
      std::make_shared<Upgrade>(party, back_off_, *store, std::move(key), user, account.revision,
                                OldestOf(account), std::move(password), *std::move(slot));
  pool_.Derive(std::move(upgrade), [this, user = std::move(user)](DerivationAnswer) { End(user); });
}

bool CredentialUpgrader::Begin(const std::string& user) {
  absl::MutexLock lock(&mutex_);
  return under_way_.insert(user).second;
}

void CredentialUpgrader::End(const std::string& user) {
  absl::MutexLock lock(&mutex_);
  under_way_.erase(user);
}

}  // namespace sallyport::server
