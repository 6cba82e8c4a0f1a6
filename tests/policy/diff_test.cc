#include "policy/diff.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/policy_document.h"

namespace sallyport::policy {
namespace {

v1::Policy Read(const std::string& text) {
  const auto document = PolicyDocument::FromText(text, "p.yaml");
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? document->policy() : v1::Policy();
}

std::string TextOf(const std::string& before, const std::string& after) {
  return DiffText(Diff(Read(before), Read(after)));
}

TEST(Diff, IsNothingWhereNothingDiffers) {
  EXPECT_EQ(TextOf("version: a", "version: a"), "");
  EXPECT_EQ(TextOf("", ""), "");
}

TEST(Diff, GoesByTheNamesOfTenantsStoresListenersAndBrokers) {
  const std::string before = R"(
stores: [{name: main, sqlite: {path: /x}}]
brokers: [{name: b, identities: [b]}]
listeners: [{name: "amqp*"}]
token_issuers: [{name: idp, issuer: i, audience: [a], keys: /k}]
tenants: [{name: acme, rules: {mechanisms: [SCRAM-SHA-256]}}, {name: zeta}]
)";
  EXPECT_EQ(TextOf(before, R"(
stores: [{name: main, sqlite: {path: /y}}]
brokers: [{name: a, identities: [a]}, {name: b, identities: [b], listeners: [l]}]
listeners: [{name: "amqp*", rules: {require_tls: true}}]
token_issuers: [{name: idp, issuer: i, audience: [a, b], keys: /k}]
tenants: [{name: zeta}, {name: acme, rules: {mechanisms: [SCRAM-SHA-256, PLAIN]}}]
)"),
            "stores[main].sqlite.path: '/x' became '/y'\n"
            "token_issuers[idp].audience: added 'b'\n"
            "brokers[b].listeners: added 'l'\n"
            "brokers[a]: added {name: 'a', identities: ['a']}\n"
            "listeners[amqp*].rules: added {require_tls: true}\n"
            "tenants[acme].rules.mechanisms: added 'PLAIN'\n");
}

TEST(Diff, TellsWhatIsAddedRemovedAndMoved) {
  EXPECT_EQ(TextOf("rules: {mechanisms: [PLAIN, SCRAM-SHA-256, EXTERNAL]}",
                   "rules: {mechanisms: [SCRAM-SHA-256, PLAIN]}"),
            "rules.mechanisms: moved 'SCRAM-SHA-256'\n"
            "rules.mechanisms: removed 'EXTERNAL'\n");
  EXPECT_EQ(TextOf("tenants: [{name: a}]\ndefault_tenant: a", ""),
            "tenants[a]: removed {name: 'a'}\ndefault_tenant: removed 'a'\n");
  EXPECT_EQ(TextOf("rules: {act_as: [{users: [a], as_users: [b]}]}",
                   "rules: {act_as: [{users: [a], as_users: ['it''s']}]}"),
            "rules.act_as: removed {users: ['a'], as_users: ['b']}\n"
            "rules.act_as: added {users: ['a'], as_users: ['it''s']}\n");
}

TEST(Diff, WritesValuesAsAPolicyDoes) {
  EXPECT_EQ(TextOf("rules: {certificate_identity: uri, limits: {handshake_timeout: 1500ms}}",
                   "rules: {certificate_identity: dns_name, limits: {handshake_timeout: 2s}}"),
            "rules.limits.handshake_timeout: 1.5s became 2s\n"
            "rules.certificate_identity: uri became dns_name\n");
  EXPECT_EQ(TextOf("rules: {require_tls: true}", "rules: {require_tls: false}"),
            "rules.require_tls: true became false\n");
  EXPECT_EQ(TextOf("rules: {}", "rules: {require_tls: false}"), "rules.require_tls: added false\n");
  EXPECT_EQ(TextOf("stores: [{name: a, ldap: {attributes: {x: y, m: n}}}]",
                   "stores: [{name: a, ldap: {attributes: {x: z, o: p}}}]"),
            "stores[a].ldap.attributes: {'m': 'n', 'x': 'y'} became {'o': 'p', 'x': 'z'}\n");
  EXPECT_EQ(TextOf("stores: [{name: a, ldap: {urls: [u]}}]",
                   "stores: [{name: a, ldap: {urls: [u], attributes: {x: z}}}]"),
            "stores[a].ldap.attributes: added {'x': 'z'}\n");
  EXPECT_EQ(TextOf("rules: {limits: {handshake_timeout: 2s}}",
                   "rules: {limits: {handshake_timeout: 2500ms}}"),
            "rules.limits.handshake_timeout: 2s became 2.5s\n");
}

TEST(Diff, TellsAnotherKindOfStore) {
  const std::string text =
      TextOf("stores: [{name: a, sqlite: {path: /x}}]", "stores: [{name: a, file: {path: /x}}]");
  EXPECT_NE(text.find("stores[a].sqlite: removed {path: '/x'}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("stores[a].file: added {path: '/x'}\n"), std::string::npos) << text;
}

TEST(Diff, IsJsonForPrograms) {
  const auto json =
      DiffJson(Diff(Read("version: a"), Read("version: b\nrules: {require_tls: true}")));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0].dump(),
            R"json({"path":"version","change":"changed","before":"'a'","after":"'b'"})json");
  EXPECT_EQ(json[1]["change"], "added");
  EXPECT_FALSE(json[1].contains("before"));
}

}  // namespace
}  // namespace sallyport::policy
