#include "policy/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

TEST(Policy, NamesEachProblemAtItsPlace) {
  EXPECT_EQ(Error("stores:\n  - name: m\n    sqlite: {pth: /x}\n"),
            "p.yaml:3:14: unknown key 'pth'; did you mean 'path'?");
  EXPECT_EQ(Error("stores: [{name: main, sqlite: {path: /x}}]\n"
                  "rules:\n  stores:\n    - store: mian\n  mechanisms: [PLAIN, PLIAN]\n"),
            "p.yaml:4:14: rules.stores[0].store: there is no store 'mian'; did you mean 'main'?\n"
            "p.yaml:5:23: rules.mechanisms[1]: unknown mechanism 'PLIAN'");
}

TEST(Policy, KnowsWhatItWasMadeOf) {
  const std::string text = std::string("version: \"7\"\n") + kStore;
  const auto policy = MustLoad(text);
  EXPECT_EQ(policy->version(), "7");
  EXPECT_EQ(policy->document().text(), text);
  EXPECT_EQ(policy->hash(), policy->document().hash());
}

TEST(Policy, FindsTenantsAndBrokersByName) {
  const auto policy =
      MustLoad(std::string(kStore) + "tenants: [{name: a}]\nbrokers: [{name: x, identities: [x]}]");
  EXPECT_EQ(policy->FindTenant("a")->name(), "a");
  EXPECT_EQ(policy->FindTenant("A"), nullptr);
  EXPECT_EQ(policy->FindTenant("default"), nullptr);
  EXPECT_EQ(policy->FindBrokerNamed("x")->name(), "x");
  EXPECT_EQ(policy->FindBrokerNamed(""), nullptr);
}

TEST(Policy, TellsHowTheTenantWasFound) {
  const auto policy = MustLoad(std::string(kStore) + R"(
listeners: [{name: "amqp*"}]
tenants: [{name: a, hostnames: ["*.a"]}]
)");
  Trace trace;
  policy->AtInit({.listener = "amqps"}, "x.a", &trace);
  ASSERT_GE(trace.considered().size(), 2u);
  EXPECT_EQ(trace.considered()[0].rule, "listener 'amqps'");
  EXPECT_EQ(trace.considered()[0].result, "has the rules of 'amqp*'");
  EXPECT_EQ(trace.considered()[1].rule, "hostname 'x.a'");
  EXPECT_EQ(trace.considered()[1].result, "tenant 'a'");
  Trace refused;
  policy->AtInit({.listener = "http"}, "x.a", &refused);
  ASSERT_EQ(refused.considered().size(), 1u);
  EXPECT_TRUE(refused.considered()[0].decided);
}

TEST(Policy, HoldsTenThousandTenantsWithRulesOfTheirOwn) {
  std::string text(kStore);
  text += "tenants:\n";
  for (int i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    text += "  - name: t" + n + "\n    hostnames: [t" + n + ".example, '*.t" + n +
            ".example']\n    rules:\n      mechanisms: [SCRAM-SHA-256, PLAIN]\n      limits: "
            "{max_steps: " +
            std::to_string(2 + i % 900) + "}\n";
  }
  const auto policy = MustLoad(std::move(text));
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "x.t9999.example"), "t9999");
  EXPECT_EQ(LoginAt(*policy, {.listener = "l"}, "t901.example")->limits().max_steps, 3u);
}

}  // namespace
}  // namespace sallyport::policy
