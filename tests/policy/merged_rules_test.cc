#include <gtest/gtest.h>

#include <string>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr ConnectionTraits kTls = {.encrypted = true, .has_certificate = true};

std::string OfferedAt(const Policy& policy, std::string_view listener, std::string_view hostname) {
  const LoginPolicy* login = LoginAt(policy, {.listener = listener}, hostname);
  return login == nullptr ? "(nobody)" : Offered(*login, kTls);
}

TEST(MergedRules, HaveTheTenantsWordBeforeTheListenersBeforeThePolicys) {
  const auto policy = MustLoad(R"(
stores: [{name: main, sqlite: {path: /x.db}}]
rules:
  stores: [{store: main}]
  digest_realm: policy
  certificate_identity: uri
  limits: {max_steps: 10, max_frame_size: 1KiB, max_handshake_bytes: 10KiB}
listeners:
  - {name: l, rules: {digest_realm: listener, limits: {max_steps: 11, max_frame_size: 2KiB}}}
  - {name: plain}
default_tenant: none
tenants:
  - {name: t, hostnames: [t], rules: {digest_realm: tenant, limits: {max_steps: 12}}}
  - {name: none}
)");
  const LoginPolicy* all = LoginAt(*policy, {.listener = "l"}, "t");
  EXPECT_EQ(all->mechanism_settings().digest_realm, "tenant");
  EXPECT_EQ(all->mechanism_settings().certificate_identity, CertificateIdentity::kUri);
  EXPECT_EQ(all->limits().max_steps, 12u);
  EXPECT_EQ(all->limits().max_frame_size, 2048u);
  EXPECT_EQ(all->limits().max_bytes, 10240u);
  const LoginPolicy* listener = LoginAt(*policy, {.listener = "l"});
  EXPECT_EQ(listener->mechanism_settings().digest_realm, "listener");
  EXPECT_EQ(listener->limits().max_steps, 11u);
  const LoginPolicy* tenant = LoginAt(*policy, {.listener = "plain"}, "t");
  EXPECT_EQ(tenant->limits().max_steps, 12u);
  EXPECT_EQ(tenant->limits().max_frame_size, 1024u);
  EXPECT_EQ(LoginAt(*policy, {.listener = "plain"})->mechanism_settings().digest_realm, "policy");
}

TEST(MergedRules, ReplaceAListAsAWhole) {
  const auto policy = MustLoad(R"(
stores: [{name: a, sqlite: {path: /a}}, {name: b, sqlite: {path: /b}}]
rules:
  stores: [{store: a, on_outage: next}, {store: b}]
  channel_bindings: [tls-exporter, tls-unique]
  act_as: [{users: [root], as_pattern: ".*"}]
  credentials: {verify: [SCRAM-SHA-256, ARGON2ID], store_as: [SCRAM-SHA-256]}
default_tenant: none
tenants:
  - name: t
    hostnames: [t]
    rules:
      stores: [{store: b}]
      channel_bindings: [tls-server-end-point]
      act_as: [{users: [x], as_users: [y]}]
      credentials: {verify: [SCRAM-SHA-256]}
  - {name: none}
)");
  const LoginPolicy* t = LoginAt(*policy, {}, "t");
  ASSERT_EQ(t->stores().size(), 1u);
  EXPECT_EQ(t->stores()[0].store, 1u);
  EXPECT_FALSE(t->AcceptsBinding("tls-exporter"));
  EXPECT_TRUE(t->AcceptsBinding("tls-server-end-point"));
  EXPECT_FALSE(t->act_as().Allows({.name = "root", .groups = {}}, "y", nullptr));
  EXPECT_TRUE(t->act_as().Allows({.name = "x", .groups = {}}, "y", nullptr));
  EXPECT_EQ(t->credentials().store_as(), std::vector<std::string>{"SCRAM-SHA-256"});
  const StoredCredential argon2 = {.secret = Argon2Hash{}, .expires_at = {}, .created_at = {}};
  EXPECT_FALSE(t->credentials().MayVerify(argon2, absl::Now()));
  EXPECT_TRUE(LoginAt(*policy, {})->credentials().MayVerify(argon2, absl::Now()));
}

TEST(MergedRules, LetAFalseOverrideATrue) {
  const auto policy = MustLoad(std::string(kStore) + R"(
listeners: [{name: l, rules: {require_tls: true}}]
default_tenant: none
tenants:
  - {name: off, hostnames: ["off"], rules: {require_tls: false}}
  - {name: none}
)");
  EXPECT_EQ(Offered(*LoginAt(*policy, {.listener = "l"}), {}), "(tls_required)");
  EXPECT_NE(Offered(*LoginAt(*policy, {.listener = "l"}, "off"), {}), "(tls_required)");
}

TEST(MergedRules, NarrowATenantsMechanismsToItsListeners) {
  const auto policy = MustLoad(std::string(kStore) + R"(
listeners:
  - {name: strict, rules: {mechanisms: [SCRAM-SHA-512, SCRAM-SHA-256, EXTERNAL]}}
  - {name: free}
default_tenant: none
tenants:
  - {name: t, hostnames: [t], rules: {mechanisms: [PLAIN, ANONYMOUS, SCRAM-SHA-256]}}
  - {name: u, hostnames: [u], rules: {mechanisms: [PLAIN]}}
  - {name: none}
)");
  EXPECT_EQ(OfferedAt(*policy, "strict", "t"), "SCRAM-SHA-256");
  EXPECT_EQ(OfferedAt(*policy, "free", "t"), "PLAIN ANONYMOUS SCRAM-SHA-256");
  EXPECT_EQ(OfferedAt(*policy, "strict", ""), "SCRAM-SHA-512 SCRAM-SHA-256 EXTERNAL");
  // Nothing in common is nothing, not everything.
  EXPECT_EQ(OfferedAt(*policy, "strict", "u"), "(mechanism_not_offered)");
  Trace trace;
  LoginAt(*policy, {.listener = "strict"}, "t")->OfferFor(kTls, &trace);
  EXPECT_EQ(trace.considered().back().rule, "mechanism ANONYMOUS");
  EXPECT_EQ(trace.considered().back().result, "not offered: the listener's list lacks it");
}

TEST(MergedRules, OfASecondListenerAreItsOwn) {
  // The same rules of a tenant, at listeners that differ in nothing but what narrows them.
  const auto policy = MustLoad(std::string(kStore) + R"(
listeners:
  - {name: one, rules: {mechanisms: [PLAIN, SCRAM-SHA-256]}}
  - {name: two, rules: {mechanisms: [SCRAM-SHA-256]}}
default_tenant: t
tenants: [{name: t, rules: {mechanisms: [SCRAM-SHA-256, PLAIN]}}]
)");
  EXPECT_EQ(OfferedAt(*policy, "one", ""), "SCRAM-SHA-256 PLAIN");
  EXPECT_EQ(OfferedAt(*policy, "two", ""), "SCRAM-SHA-256");
}

TEST(MergedRules, AreOfTheListenersLongestPattern) {
  const auto policy = MustLoad(std::string(kStore) + R"(
listeners:
  - {name: "*", rules: {mechanisms: [SCRAM-SHA-512]}}
  - {name: "in-*", rules: {mechanisms: [SCRAM-SHA-256]}}
  - {name: "in-lab", rules: {mechanisms: [ANONYMOUS]}}
)");
  EXPECT_EQ(OfferedAt(*policy, "out", ""), "SCRAM-SHA-512");
  EXPECT_EQ(OfferedAt(*policy, "", ""), "SCRAM-SHA-512");
  EXPECT_EQ(OfferedAt(*policy, "in-1", ""), "SCRAM-SHA-256");
  EXPECT_EQ(OfferedAt(*policy, "in-lab", ""), "ANONYMOUS");
  EXPECT_EQ(OfferedAt(*policy, "in-lab2", ""), "SCRAM-SHA-256");
  EXPECT_EQ(OfferedAt(*policy, "IN-LAB", ""), "SCRAM-SHA-512");
}

TEST(MergedRules, AreNobodysWhereNoListenerMatches) {
  const auto policy = MustLoad(std::string(kStore) + "listeners: [{name: amqps}]");
  EXPECT_EQ(TenantAt(*policy, {.listener = "amqp"}), "(no_policy)");
  EXPECT_EQ(TenantAt(*policy, {.listener = ""}), "(no_policy)");
  EXPECT_EQ(TenantAt(*policy, {.listener = "amqps"}), "default");
  EXPECT_NE(Error(std::string(kStore) + "listeners: [{name: a}, {name: a}]")
                .find("listeners[1].name: 'a' is another listener's already"),
            std::string::npos);
  EXPECT_NE(Error(std::string(kStore) + "listeners: [{rules: {}}]")
                .find("expected a name that is not empty"),
            std::string::npos);
}

TEST(MergedRules, AreRefusedTogetherWhereTheirLastWordStands) {
  EXPECT_EQ(Error(R"(
stores: [{name: main, sqlite: {path: /x.db}}]
rules: {stores: [{store: main}], credentials: {store_as: [ARGON2ID]}}
tenants:
  - name: a
    rules:
      credentials: {verify: [SCRAM-SHA-256]}
)"),
            "p.yaml:7:29: tenants[0].rules.credentials.verify: lacks 'ARGON2ID', which new "
            "passwords are stored as: they could not be used");
}

TEST(MergedRules, OfATenantHoldFromTheStartWhereItIsKnown) {
  const auto policy = MustLoad(std::string(kStore) + R"(
tenants:
  - {name: a, server_names: [a.example], rules: {mechanisms: [SCRAM-SHA-256]}}
  - {name: b, hostnames: [b.example], rules: {mechanisms: [PLAIN]}}
)");
  const auto known = policy->AtOpen({.listener = "l", .server_name = "a.example"}, nullptr);
  EXPECT_EQ(Offered(*std::get<LoginScope>(known).login, kTls), "SCRAM-SHA-256");
  const auto unknown = policy->AtOpen({.listener = "l"}, nullptr);
  EXPECT_EQ(Offered(*std::get<LoginScope>(unknown).login, kTls),
            "SCRAM-SHA-512 SCRAM-SHA-256 EXTERNAL PLAIN");
}

}  // namespace
}  // namespace sallyport::policy
