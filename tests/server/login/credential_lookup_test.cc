#include "server/login/credential_lookup.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/policy/policy_source.h"
#include "tests/core/tokens/token_signer.h"

namespace sallyport::server {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::shared_ptr<Account> Named(const std::string& name) {
  auto account = std::make_shared<Account>();
  account->authentication_id = name;
  account->credentials.push_back({.secret = Cleartext{Secret("pencil")}});
  return account;
}

// Answers as it is told; stands in where a store's failure must be injected.
class ScriptedBackend : public StoreBackend {
 public:
  struct Script {
    LookupResult result = std::shared_ptr<const Account>();
    std::vector<UserKey> asked;
  };
  explicit ScriptedBackend(Script& script) : script_(script) {}
  void Read(const UserKey& user, LookupDone done) override {
    script_.asked.push_back(user);
    std::move(done)(script_.result);
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::OkStatus());
  }

 private:
  Script& script_;
};

// A policy whose stores are scripted, by their names.
class CredentialLookup : public testing::Test {
 protected:
  static constexpr char kTwoStores[] = R"(
stores:
  - {name: first, sqlite: {path: unused}}
  - {name: second, per_tenant: true, sqlite: {path: unused}}
)";

  void UsePolicy(const std::string& text) {
    auto source = PolicySource::Create(
        {.text = kTwoStores + text,
         .surroundings = {.decoy_key = Secret("any")},
         .open_store = [this](const v1::Store& store) { return Open(store); }});
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }

  LoginParty Party(const std::string& listener = "amqps") {
    LoginParty party = {
        .broker = std::make_shared<BrokerScope>(source_->Current(), policy::BrokerIdentity())};
    party.scope = std::get<policy::LoginScope>(
        source_->Current()->policy->AtInit({.listener = listener}, "", nullptr));
    return party;
  }

  CredentialAnswer Ask(const CredentialQuery& query) {
    const LoginParty party = Party();
    if (auto cached = LookUpCached(party, query)) return *std::move(cached);
    std::optional<CredentialAnswer> answer;
    LookUp(party, query, [&](CredentialAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(answer.has_value());
    return *std::move(answer);
  }

  CredentialsFound Found(const CredentialQuery& query) {
    auto answer = Ask(query);
    EXPECT_TRUE(std::holds_alternative<CredentialsFound>(answer));
    return std::get<CredentialsFound>(std::move(answer));
  }

  FailureReason Unavailable(const CredentialQuery& query) {
    const auto answer = Ask(query);
    const auto* unavailable = std::get_if<CredentialsUnavailable>(&answer);
    return unavailable == nullptr ? FailureReason::kInternal : unavailable->reason;
  }

  std::map<std::string, ScriptedBackend::Script> scripts_;
  std::unique_ptr<PolicySource> source_;

 private:
  absl::StatusOr<std::shared_ptr<CredentialStore>> Open(const v1::Store& store) {
    CredentialStoreOptions options;
    options.name = store.name();
    options.per_tenant = store.per_tenant();
    return CredentialStore::Create(std::move(options), [&](StoreChanges&) {
      return std::make_unique<ScriptedBackend>(scripts_[store.name()]);
    });
  }
};

constexpr char kBoth[] = "rules: {stores: [{store: first}, {store: second}]}";

TEST_F(CredentialLookup, AsksTheNextStoreForWhomTheFirstDoesNotKnow) {
  UsePolicy(kBoth);
  scripts_["second"].result = Named("alice");
  const CredentialsFound found = Found({.authentication_id = "alice"});
  ASSERT_NE(found.account, nullptr);
  EXPECT_EQ(found.account->store, "second");
  EXPECT_FALSE(found.denial);
  EXPECT_EQ(scripts_["first"].asked.size(), 1u);
  // And then from the caches of both.
  EXPECT_TRUE(LookUpCached(Party(), {.authentication_id = "alice"}).has_value());
}

TEST_F(CredentialLookup, TakesTheFirstStoresWordOnAUserOfBoth) {
  UsePolicy(kBoth);
  auto disabled = Named("alice");
  disabled->disabled = true;
  scripts_["first"].result = std::shared_ptr<const Account>(disabled);
  scripts_["second"].result = Named("alice");
  const CredentialsFound found = Found({.authentication_id = "alice"});
  EXPECT_EQ(found.denial, FailureReason::kAccountDisabled);
  EXPECT_TRUE(scripts_["second"].asked.empty());
}

TEST_F(CredentialLookup, NamesTheTenantOnlyToAStoreThatKeepsThemApart) {
  UsePolicy(std::string(kBoth) + "\ntenants: [{name: blue}]\ndefault_tenant: blue");
  EXPECT_EQ(Found({.authentication_id = "alice"}).denial, FailureReason::kUnknownUser);
  EXPECT_EQ(scripts_["first"].asked, (std::vector<UserKey>{{"", "alice"}}));
  EXPECT_EQ(scripts_["second"].asked, (std::vector<UserKey>{{"blue", "alice"}}));
}

TEST_F(CredentialLookup, NeverTurnsAnOutageIntoAnAnswerAboutTheUser) {
  UsePolicy(kBoth);
  scripts_["second"].result = Named("alice");
  const std::pair<absl::Status, FailureReason> outages[] = {
      {absl::UnavailableError("down"), FailureReason::kStoreUnavailable},
      {absl::InternalError("?"), FailureReason::kStoreUnavailable},
      {absl::ResourceExhaustedError("full"), FailureReason::kOverloaded},
      {absl::DeadlineExceededError("slow"), FailureReason::kTimedOut}};
  for (const auto& [status, reason] : outages) {
    scripts_["first"].result = status;
    EXPECT_EQ(Unavailable({.authentication_id = "alice"}), reason) << status;
  }
  EXPECT_TRUE(scripts_["second"].asked.empty());
}

TEST_F(CredentialLookup, GoesOnOverAnOutageWherePolicySaysSo) {
  UsePolicy("rules: {stores: [{store: first, on_outage: next}, {store: second}]}");
  scripts_["first"].result = absl::UnavailableError("down");
  scripts_["second"].result = Named("alice");
  EXPECT_EQ(Found({.authentication_id = "alice"}).account->store, "second");
  // Who is not found there may be a user of the store that is down.
  scripts_["second"].result = std::shared_ptr<const Account>();
  EXPECT_EQ(Unavailable({.authentication_id = "bob"}), FailureReason::kStoreUnavailable);
}

TEST_F(CredentialLookup, MapsTheNamesThatCertificatesGive) {
  UsePolicy(R"(
rules:
  stores: [{store: first}]
  identity_mappings:
    - {from: certificate, pattern: 'robot-.*', refuse: true}
    - {from: certificate, pattern: '(.*)\.devices\.example', to: 'device-\1'}
)");
  scripts_["first"].result = Named("device-7");
  const CredentialsFound found =
      Found({.authentication_id = "7.devices.example", .mechanism = "EXTERNAL"});
  ASSERT_NE(found.account, nullptr);
  EXPECT_EQ(found.account->authentication_id, "device-7");
  EXPECT_EQ(scripts_["first"].asked.back().name, "device-7");
  EXPECT_EQ(Found({.authentication_id = "robot-1", .mechanism = "EXTERNAL"}).denial,
            FailureReason::kIdentityRefused);
  // A name that is proved by its own password stays as it is.
  Found({.authentication_id = "8.devices.example", .mechanism = "PLAIN"});
  EXPECT_EQ(scripts_["first"].asked.back().name, "8.devices.example");
}

TEST_F(CredentialLookup, RefusesATokenWhereNobodyIssuesAny) {
  UsePolicy(kBoth);
  EXPECT_EQ(Unavailable({.token = Secret("a.b.c")}), FailureReason::kMisconfigured);
}

// What a token's issuer vouches for.
class TokenLookup : public CredentialLookup {
 protected:
  // Two issuers, whose tokens are accepted as `rules` say.
  void UseIssuers(const std::string& rules) {
    const std::string keys = testing::TempDir() + "/keys.json";
    std::ofstream(keys) << KeySetOf({signer_.Jwk(R"("kid":"k","alg":"ES256",)")});
    UsePolicy("token_issuers:\n  - {name: a, issuer: a, audience: [amqp], keys: " + keys +
              "}\n  - {name: b, issuer: b, audience: [amqp], keys: " + keys +
              "}\nrules: {stores: [{store: first}], mechanisms: [OAUTHBEARER], " + rules + "}\n");
  }

  CredentialQuery By(const std::string& name, const std::string& authorization_id = "",
                     const std::string& issuer = "a") {
    const std::string payload =
        absl::StrCat(R"({"iss":")", issuer, R"(","aud":"amqp","sub":")", name, R"(","exp":)",
                     absl::ToUnixSeconds(absl::Now() + absl::Minutes(5)), "}");
    return {.authorization_id = authorization_id,
            .mechanism = "OAUTHBEARER",
            .token = Secret(signer_.Sign(R"({"alg":"ES256","kid":"k"})", payload, "ES256"))};
  }

  const TokenSigner signer_ = TokenSigner::Curve("P-256");
};

TEST_F(TokenLookup, LetsNobodyActAsAnotherUnlessPolicyAllowsIt) {
  UseIssuers("act_as: [{users: [alice], as_users: [queue]}]");
  EXPECT_EQ(Found(By("alice")).denial, std::nullopt);
  EXPECT_EQ(Found(By("alice", "alice")).denial, std::nullopt);
  EXPECT_EQ(Found(By("alice", "queue")).denial, std::nullopt);
  EXPECT_EQ(Found(By("alice", "bob")).denial, FailureReason::kAuthzidNotAllowed);
  EXPECT_EQ(Found(By("bob", "queue")).denial, FailureReason::kAuthzidNotAllowed);
}

TEST_F(TokenLookup, TakesTheIssuersThatTheRulesName) {
  UseIssuers("token_issuers: [a]");
  EXPECT_TRUE(Found(By("alice")).vouched_by_token);
  const CredentialsFound other = Found(By("alice", "", "b"));
  EXPECT_EQ(other.denial, FailureReason::kTokenNotAccepted);
  EXPECT_FALSE(other.vouched_by_token);
  EXPECT_EQ(other.account, nullptr);
}

TEST_F(TokenLookup, MapsTheNamesThatTokensGive) {
  UseIssuers(
      "identity_mappings: [{from: token, pattern: '(.*)@corp', to: '\\1'}, {from: token, pattern: "
      "'.*@.*', refuse: true}]");
  const CredentialsFound found = Found(By("alice@corp"));
  EXPECT_EQ(found.account->authentication_id, "alice");
  EXPECT_EQ(found.vouched_name, "alice@corp");
  const CredentialsFound refused = Found(By("alice@elsewhere"));
  EXPECT_EQ(refused.denial, FailureReason::kIdentityRefused);
  EXPECT_FALSE(refused.vouched_by_token);
}

class JudgeAccountTest : public CredentialLookup {
 protected:
  CredentialsFound Judge(std::shared_ptr<const Account> account, const CredentialQuery& query = {},
                         absl::Time now = kNow) {
    if (source_ == nullptr) UsePolicy(kBoth);
    return JudgeAccount(std::move(account), query, *Party().scope.login, now);
  }
};

TEST_F(JudgeAccountTest, LetsAnAccountInThatMayLogIn) {
  const auto account = Named("alice");
  const CredentialsFound found = Judge(account, {.authentication_id = "alice"});
  EXPECT_EQ(found.account, account);
  EXPECT_FALSE(found.denial);
}

TEST_F(JudgeAccountTest, DeniesAUserThatIsUnknown) {
  const CredentialsFound found = Judge(nullptr);
  EXPECT_EQ(found.account, nullptr);
  EXPECT_EQ(found.denial, FailureReason::kUnknownUser);
}

TEST_F(JudgeAccountTest, DeniesADisabledAccountButHandsItOverSoThatThePeerSeesNoDifference) {
  const auto account = Named("alice");
  account->disabled = true;
  const CredentialsFound found = Judge(account);
  EXPECT_EQ(found.account, account);
  EXPECT_EQ(found.denial, FailureReason::kAccountDisabled);
}

TEST_F(JudgeAccountTest, DeniesAnAccountFromTheMomentItExpires) {
  const auto account = Named("alice");
  account->expires_at = kNow;
  EXPECT_EQ(Judge(account).denial, FailureReason::kAccountExpired);
  EXPECT_FALSE(Judge(account, {}, kNow - absl::Nanoseconds(1)).denial);
}

TEST_F(JudgeAccountTest, DeniesAnotherAuthorizationIdUnlessPolicyAllowsIt) {
  UsePolicy(std::string(R"(
rules:
  stores: [{store: first}]
  act_as: [{groups: [operators], as_pattern: 'queue-.*'}]
)"));
  auto operating = Named("alice");
  operating->groups = {"operators"};
  EXPECT_FALSE(Judge(operating, {.authorization_id = "queue-7"}).denial);
  EXPECT_FALSE(Judge(operating, {.authorization_id = "alice"}).denial);
  EXPECT_EQ(Judge(operating, {.authorization_id = "bob"}).denial,
            FailureReason::kAuthzidNotAllowed);
  EXPECT_EQ(Judge(Named("bob"), {.authorization_id = "queue-7"}).denial,
            FailureReason::kAuthzidNotAllowed);
}

TEST_F(JudgeAccountTest, LeavesOutCredentialsThatHaveExpired) {
  const auto account = Named("alice");
  account->credentials.push_back(
      {.secret = Cleartext{Secret("old")}, .expires_at = kNow - absl::Seconds(1)});
  const CredentialsFound found = Judge(account);
  ASSERT_EQ(found.account->credentials.size(), 1u);
  EXPECT_EQ(std::get<Cleartext>(found.account->credentials[0].secret).password.view(), "pencil");
  EXPECT_FALSE(found.denial);
}

TEST_F(JudgeAccountTest, DeniesAnAccountAllOfWhoseCredentialsHaveExpired) {
  const auto account = Named("alice");
  account->credentials[0].expires_at = kNow;
  const CredentialsFound found = Judge(account);
  EXPECT_TRUE(found.account->credentials.empty());
  EXPECT_EQ(found.denial, FailureReason::kCredentialExpired);
}

TEST_F(JudgeAccountTest, LeavesOutWhatPolicyDoesNotLetVerify) {
  UsePolicy(R"(
rules:
  stores: [{store: first}]
  credentials: {verify: [SCRAM-SHA-256, SCRAM-SHA-512, CLEARTEXT], max_age: 24h}
)");
  const auto account = Named("alice");
  account->credentials[0].created_at = kNow - absl::Hours(25);
  EXPECT_EQ(Judge(account).denial, FailureReason::kCredentialExpired);
  account->credentials[0].created_at = kNow - absl::Hours(23);
  account->credentials.push_back(
      {.secret = Pbkdf2Hash{.iterations = 10'000}, .created_at = kNow - absl::Hours(1)});
  const CredentialsFound found = Judge(account);
  EXPECT_FALSE(found.denial);
  EXPECT_EQ(found.account->credentials.size(), 1u);
  // What is of another format is not expired: there is nothing to log in by.
  account->credentials.erase(account->credentials.begin());
  EXPECT_FALSE(Judge(account).denial);
  EXPECT_TRUE(Judge(account).account->credentials.empty());
}

}  // namespace
}  // namespace sallyport::server
