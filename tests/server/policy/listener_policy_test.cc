#include "server/policy/listener_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace sallyport::server {
namespace {

const ServerMechanismSettings kBase = {.decoy_key = Secret("0123456789abcdef0123456789abcdef")};

std::shared_ptr<const ListenerPolicy> MakePolicy(ListenerRules rules) {
  auto policy = ListenerPolicy::Create(std::move(rules), kBase);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *policy : nullptr;
}

// The names offered, or the reason why none is.
std::string Offered(const ListenerPolicy& policy, const ConnectionTraits& traits) {
  const auto& offer = policy.OfferFor(traits);
  if (const auto* reason = std::get_if<FailureReason>(&offer)) {
    return std::string(ReasonName(*reason));
  }
  std::string names;
  for (const auto* m : std::get<std::shared_ptr<const MechanismOffer>>(offer)->mechanisms()) {
    names += std::string(names.empty() ? "" : " ") + std::string(m->name);
  }
  return names;
}

TEST(ListenerPolicy, OffersOnlyWhatCanWorkAndIsSafe) {
  const auto policy = MakePolicy({});
  EXPECT_EQ(Offered(*policy, {}), "SCRAM-SHA-512 SCRAM-SHA-256");
  EXPECT_EQ(Offered(*policy, {.encrypted = true}), "SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
  EXPECT_EQ(Offered(*policy, {.encrypted = true, .has_certificate = true}),
            "SCRAM-SHA-512 SCRAM-SHA-256 EXTERNAL PLAIN");
  EXPECT_EQ(Offered(*policy, {.encrypted = true, .has_binding = true}),
            "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
}

TEST(ListenerPolicy, OffersAnonymousOnlyWhereItIsNamed) {
  EXPECT_EQ(Offered(*MakePolicy({}), {.encrypted = true}).find("ANONYMOUS"), std::string::npos);
  EXPECT_EQ(Offered(*MakePolicy({.mechanisms = {"ANONYMOUS"}}), {}), "ANONYMOUS");
}

TEST(ListenerPolicy, OffersTokensOnlyOverTlsAndWhereSomebodyIssuesThem) {
  const ListenerRules rules = {.mechanisms = {"OAUTHBEARER", "XOAUTH2", "SCRAM-SHA-256"}};
  const auto policy = ListenerPolicy::Create(rules, kBase);
  EXPECT_NE(std::string(policy.status().message()).find("OAUTHBEARER cannot work"),
            std::string::npos);
  ServerMechanismSettings base = kBase;
  base.takes_tokens = true;
  const auto taking = ListenerPolicy::Create(rules, base);
  ASSERT_TRUE(taking.ok()) << taking.status();
  EXPECT_EQ(Offered(**taking, {.encrypted = true}), "OAUTHBEARER XOAUTH2 SCRAM-SHA-256");
  EXPECT_EQ(Offered(**taking, {}), "SCRAM-SHA-256");
}

TEST(ListenerPolicy, HandsOnWhatTheListenerSaysToItsMechanisms) {
  const auto policy = MakePolicy({.certificate_identity = CertificateIdentity::kUri,
                                  .digest_realm = "brokers",
                                  .token_error_as_challenge = false});
  EXPECT_EQ(policy->mechanism_settings().certificate_identity, CertificateIdentity::kUri);
  EXPECT_EQ(policy->mechanism_settings().digest_realm, "brokers");
  EXPECT_FALSE(policy->mechanism_settings().token_error_as_challenge);
}

TEST(ListenerPolicy, KeepsTheOrderOfPreference) {
  EXPECT_EQ(Offered(*MakePolicy({.mechanisms = {"PLAIN", "SCRAM-SHA-256"}}), {.encrypted = true}),
            "PLAIN SCRAM-SHA-256");
}

TEST(ListenerPolicy, OffersPlainWithoutTlsOnlyWhereTheListenerSaysSo) {
  EXPECT_EQ(Offered(*MakePolicy({.mechanisms = {"PLAIN"}}), {}), "tls_required");
  EXPECT_EQ(Offered(*MakePolicy({.mechanisms = {"PLAIN"}, .allow_password_without_tls = true}), {}),
            "PLAIN");
}

TEST(ListenerPolicy, SaysThatAMechanismWaitsForTls) {
  const auto policy = MakePolicy({});
  const auto& offer = std::get<std::shared_ptr<const MechanismOffer>>(policy->OfferFor({}));
  EXPECT_EQ(offer->ReasonAgainst("PLAIN"), FailureReason::kTlsRequired);
  EXPECT_EQ(offer->ReasonAgainst("EXTERNAL"), FailureReason::kMechanismNotOffered);
  EXPECT_EQ(offer->ReasonAgainst("X"), FailureReason::kMechanismNotOffered);
}

TEST(ListenerPolicy, RefusesRulesThatCannotBeMeant) {
  EXPECT_FALSE(ListenerPolicy::Create({.mechanisms = {"SCRAM-SHA-3"}}, kBase).ok());
  EXPECT_FALSE(ListenerPolicy::Create({.mechanisms = {"PLAIN", "PLAIN"}}, kBase).ok());
  EXPECT_FALSE(ListenerPolicy::Create({}, {}).ok());
}

TEST(ListenerPolicies, FindsTheListenersOwnRulesFirst) {
  auto policies = ListenerPolicies::Create(
      {{.name = "*"}, {.name = "internal", .mechanisms = {"ANONYMOUS"}}}, kBase);
  ASSERT_TRUE(policies.ok());
  EXPECT_EQ((*policies)->Find("internal")->rules().name, "internal");
  EXPECT_EQ((*policies)->Find("amqps")->rules().name, "*");
}

TEST(ListenerPolicies, FindsNothingWhereNoRulesMatch) {
  auto policies = ListenerPolicies::Create({{.name = "amqps"}}, kBase);
  ASSERT_TRUE(policies.ok());
  EXPECT_EQ((*policies)->Find("amqp"), nullptr);
  EXPECT_EQ((*policies)->Find(""), nullptr);
}

TEST(ListenerPolicies, RefusesTwoRulesOfOneName) {
  auto policies = ListenerPolicies::Create({{.name = "a"}, {.name = "a"}}, kBase);
  EXPECT_NE(policies.status().message().find("'a' is named twice"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::server
