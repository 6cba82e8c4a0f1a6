#include "policy/credential_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "core/credentials/credential.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::shared_ptr<const Policy> With(const std::string& credentials) {
  return MustLoad(
      "stores: [{name: main, sqlite: {path: /x.db}}]\n"
      "rules:\n  stores: [{store: main}]\n  credentials: " +
      credentials + "\n");
}

bool MayVerify(const std::string& credentials, const StoredCredential& stored) {
  const auto policy = With(credentials);
  return policy != nullptr && LoginAt(*policy, {})->credentials().MayVerify(stored, kNow);
}

StoredCredential Scram(uint32_t iterations) {
  return {.secret = ScramKeys{.hash = HashFunction::kSha256, .salt = "s", .iterations = iterations},
          .expires_at = std::nullopt,
          .created_at = std::nullopt};
}

StoredCredential Pbkdf2(uint32_t iterations) {
  return {
      .secret = Pbkdf2Hash{.hash = HashFunction::kSha256, .salt = "s", .iterations = iterations},
      .expires_at = std::nullopt,
      .created_at = std::nullopt};
}

StoredCredential Argon2(std::optional<absl::Time> created_at) {
  return {.secret = Argon2Hash{}, .expires_at = std::nullopt, .created_at = created_at};
}

TEST(CredentialRules, HoldDefaultsWhereThePolicySaysNothing) {
  const auto policy = MustLoad(kStore);
  const CredentialRules& rules = LoginAt(*policy, {})->credentials();
  EXPECT_EQ(rules.store_as(), (std::vector<std::string>{"SCRAM-SHA-256", "SCRAM-SHA-512"}));
  EXPECT_EQ(rules.min_scram_iterations(), 4096u);
  EXPECT_EQ(rules.costs().scram_iterations, 4096u);
  EXPECT_EQ(rules.costs().pbkdf2_iterations, CredentialCosts().pbkdf2_iterations);
  EXPECT_TRUE(rules.weak_schemes().empty());
  EXPECT_FALSE(rules.upgrade_on_login());
  EXPECT_EQ(rules.max_rotation(), absl::ZeroDuration());
  EXPECT_TRUE(rules.MayVerify(Argon2(absl::InfinitePast()), kNow));
}

TEST(CredentialRules, VerifyOnlyTheFormatsThatAreNamed) {
  const std::string rules = "{verify: [argon2id, SCRAM-SHA-256], store_as: [ARGON2ID]}";
  EXPECT_TRUE(MayVerify(rules, Argon2(kNow)));
  EXPECT_TRUE(MayVerify(rules, Scram(4096)));
  EXPECT_FALSE(MayVerify(rules, Pbkdf2(1'000'000)));
  EXPECT_TRUE(MayVerify("{}", Pbkdf2(1'000'000)));
}

TEST(CredentialRules, TakeWeakFormatsOnlyWhereTheyAreNamed) {
  const auto policy = With("{verify: [SSHA512, SCRAM-SHA-256], store_as: [SCRAM-SHA-256]}");
  EXPECT_EQ(LoginAt(*policy, {})->mechanism_settings().weak_schemes,
            std::vector<std::string>{"SSHA512"});
  EXPECT_TRUE(LoginAt(*With("{}"), {})->mechanism_settings().weak_schemes.empty());
}

TEST(CredentialRules, WantEnoughIterationsFromEveryMechanism) {
  EXPECT_FALSE(MayVerify("{}", Scram(4095)));
  EXPECT_TRUE(MayVerify("{}", Scram(4096)));
  EXPECT_TRUE(MayVerify("{min_scram_iterations: 1000}", Scram(1000)));
  EXPECT_FALSE(MayVerify("{min_scram_iterations: 1000}", Scram(999)));
  EXPECT_TRUE(MayVerify("{}", Pbkdf2(1)));
  EXPECT_FALSE(MayVerify("{min_pbkdf2_iterations: 100000}", Pbkdf2(99'999)));
  EXPECT_TRUE(MayVerify("{min_pbkdf2_iterations: 100000}", Pbkdf2(100'000)));
  EXPECT_EQ(
      LoginAt(*With("{min_scram_iterations: 1000}"), {})->mechanism_settings().min_scram_iterations,
      1000u);
}

TEST(CredentialRules, RefuseWhatIsOldOrOfUnknownAge) {
  const std::string rules = "{max_age: 24h}";
  EXPECT_TRUE(MayVerify(rules, Argon2(kNow - absl::Hours(24))));
  EXPECT_FALSE(MayVerify(rules, Argon2(kNow - absl::Hours(24) - absl::Seconds(1))));
  EXPECT_FALSE(MayVerify(rules, Argon2(std::nullopt)));
  EXPECT_TRUE(MayVerify("{}", Argon2(std::nullopt)));
}

TEST(CredentialRules, HandCostsToWhatMakesNewOnes) {
  const auto policy = With(
      "{scram_iterations: 10000, pbkdf2_iterations: 700000, argon2_memory_kib: 65536, "
      "argon2_passes: 3, argon2_lanes: 2, yescrypt_cost: 6, store_as: [ARGON2ID], "
      "max_rotation: 72h, upgrade_on_login: true}");
  const CredentialRules& rules = LoginAt(*policy, {})->credentials();
  EXPECT_EQ(rules.costs().scram_iterations, 10'000u);
  EXPECT_EQ(rules.costs().pbkdf2_iterations, 700'000u);
  EXPECT_EQ(rules.costs().argon2_memory_kib, 65'536u);
  EXPECT_EQ(rules.costs().argon2_passes, 3u);
  EXPECT_EQ(rules.costs().argon2_lanes, 2u);
  EXPECT_EQ(rules.costs().yescrypt_cost, 6u);
  EXPECT_EQ(rules.max_rotation(), absl::Hours(72));
  EXPECT_TRUE(rules.upgrade_on_login());
  const ServerMechanismSettings& settings = LoginAt(*policy, {})->mechanism_settings();
  EXPECT_EQ(settings.costs.argon2_passes, 3u);
  EXPECT_EQ(settings.decoy_schemes, std::vector<std::string>{"ARGON2ID"});
}

constexpr char kTenantRules[] = R"(
stores: [{name: main, sqlite: {path: /x.db}}]
rules:
  stores: [{store: main}]
  credentials: {store_as: [SCRAM-SHA-256], scram_iterations: 5000, max_rotation: 1h}
listeners:
  - {name: l, rules: {credentials: {store_as: [SCRAM-SHA-1], max_rotation: 9h}}}
default_tenant: plain
tenants:
  - {name: plain}
  - {name: own, rules: {credentials: {store_as: [ARGON2ID], max_rotation: 2h}}}
  - {name: other, rules: {digest_realm: r}}
)";

TEST(CredentialRules, OfNewPasswordsAreTheTenantsOverThePolicys) {
  const auto policy = MustLoad(kTenantRules);
  for (const char* tenant : {"", "plain", "other", "unknown"}) {
    const CredentialRules& rules = policy->CredentialRulesOf(tenant);
    EXPECT_EQ(rules.store_as(), std::vector<std::string>{"SCRAM-SHA-256"}) << tenant;
    EXPECT_EQ(rules.max_rotation(), absl::Hours(1)) << tenant;
  }
  const CredentialRules& own = policy->CredentialRulesOf("own");
  EXPECT_EQ(own.store_as(), std::vector<std::string>{"ARGON2ID"});
  EXPECT_EQ(own.max_rotation(), absl::Hours(2));
  EXPECT_EQ(own.costs().scram_iterations, 5000u);
  EXPECT_EQ(&policy->CredentialRulesOf("plain"), &policy->CredentialRulesOf(""));
}

TEST(CredentialRules, OfNewPasswordsMustFitTogetherWithoutAListenersRules) {
  const std::string error = Error(R"(
stores: [{name: main, sqlite: {path: /x.db}}]
rules:
  stores: [{store: main}]
  credentials: {verify: [ARGON2ID]}
listeners:
  - {name: l, rules: {credentials: {store_as: [ARGON2ID]}}}
)");
  EXPECT_NE(error.find("rules.credentials.verify: lacks 'SCRAM-SHA-256'"), std::string::npos)
      << error;
}

TEST(CredentialRules, AreRefusedWhereTheyCannotBeMeant) {
  const auto refused = [](const std::string& credentials, const std::string& why) {
    const std::string error = Error(
        "stores: [{name: main, sqlite: {path: /x.db}}]\n"
        "rules:\n  stores: [{store: main}]\n  credentials: " +
        credentials + "\n");
    EXPECT_NE(error.find(why), std::string::npos) << credentials << "\n" << error;
  };
  refused("{verify: [ROT13]}", "rules.credentials.verify[0]: unknown format 'ROT13'");
  refused("{store_as: [ROT13]}", "rules.credentials.store_as[0]: unknown format 'ROT13'");
  refused("{store_as: [SSHA512]}", "not for new ones");
  refused("{verify: [ARGON2ID]}", "lacks 'SCRAM-SHA-256'");
  refused("{verify: [ARGON2ID], store_as: [PBKDF2-SHA256]}", "lacks 'PBKDF2-SHA256'");
  refused("{scram_iterations: 4095}", "expected a number from 4096 to ");
  refused("{scram_iterations: 99999999}", "expected a number from 4096 to ");
  refused("{pbkdf2_iterations: 1}", "pbkdf2_iterations: expected a number from ");
  refused("{argon2_memory_kib: 64}", "argon2_memory_kib: expected a number from ");
  refused("{argon2_passes: 1000}", "argon2_passes: expected a number from ");
  refused("{argon2_lanes: 1000}", "argon2_lanes: expected a number from ");
  refused("{yescrypt_cost: 1}", "yescrypt_cost: expected a number from ");
  refused("{min_scram_iterations: 5000}", "expected no more than 'scram_iterations'");
  refused("{min_pbkdf2_iterations: 700000}", "expected no more than 'pbkdf2_iterations'");
  refused("{max_age: 1s}", "expected at least a minute");
}

TEST(CredentialRules, AreJudgedWhereTheyStandAlsoWhereNobodyUsesThem) {
  EXPECT_EQ(Error(R"(
stores: [{name: main, sqlite: {path: /x.db}}]
rules:
  stores: [{store: main}]
  credentials: {verify: [ROT13]}
listeners: [{name: a, rules: {credentials: {verify: [SCRAM-SHA-256, SCRAM-SHA-512]}}}]
)"),
            "p.yaml:5:26: rules.credentials.verify[0]: unknown format 'ROT13'");
}

}  // namespace
}  // namespace sallyport::policy
