#include "policy/policy.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::policy {
namespace {

const LoginSurroundings kSurroundings = {.decoy_key = Secret("0123456789abcdef0123456789abcdef")};

absl::StatusOr<std::shared_ptr<const Policy>> Load(std::string text) {
  auto document = PolicyDocument::FromText(std::move(text), "p.yaml");
  if (!document.ok()) return document.status();
  return Policy::Compile(*std::move(document), kSurroundings);
}

std::shared_ptr<const Policy> MustLoad(std::string text) {
  auto policy = Load(std::move(text));
  EXPECT_TRUE(policy.ok()) << policy.status().message();
  return policy.ok() ? *policy : nullptr;
}

std::string Error(std::string text) {
  return std::string(Load(std::move(text)).status().message());
}

constexpr char kStores[] =
    "stores: [{name: main, sqlite: {path: /x.db}}]\nrules: {stores: [{store: main}]}\n";

std::string TenantAt(const Policy& policy, const LoginOrigin& origin, std::string_view hostname) {
  const auto scope = policy.AtInit(origin, hostname, nullptr);
  if (const auto* refused = std::get_if<NotAllowed>(&scope)) {
    return std::string(ReasonName(refused->reason));
  }
  return std::get<LoginScope>(scope).tenant->name();
}

TEST(Policy, FindsTheTenantByHostnameThenServerNameThenListenerThenDefault) {
  const auto policy = MustLoad(std::string(kStores) + R"(
default_tenant: d
tenants:
  - {name: a, hostnames: [a.example, "*.a.example"], listeners: [la]}
  - {name: b, server_names: [b.example], listeners: ["lb-*"]}
  - {name: d}
)");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "a.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "X.A.Example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "xa.example"), "d");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l", .server_name = "b.example"}, "a.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "la", .server_name = "b.example"}, "c.example"), "b");
  EXPECT_EQ(TenantAt(*policy, {.listener = "lb-1"}, ""), "b");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, ""), "d");
}

TEST(Policy, NamesEachProblemAtItsPlace) {
  EXPECT_EQ(Error("stores:\n  - name: m\n    sqlite: {pth: /x}\n"),
            "p.yaml:3:14: unknown key 'pth'; did you mean 'path'?");
  EXPECT_EQ(Error("stores: [{name: main, sqlite: {path: /x}}]\n"
                  "rules:\n  stores:\n    - store: mian\n  mechanisms: [PLAIN, PLIAN]\n"),
            "p.yaml:4:14: rules.stores[0].store: there is no store 'mian'; did you mean 'main'?\n"
            "p.yaml:5:23: rules.mechanisms[1]: unknown mechanism 'PLIAN'");
}

TEST(Policy, LoadsTenThousandTenants) {
  std::string text(kStores);
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
}

}  // namespace
}  // namespace sallyport::policy
