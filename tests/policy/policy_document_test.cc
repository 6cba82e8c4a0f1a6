#include "policy/policy_document.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sallyport::policy {
namespace {

absl::StatusOr<PolicyDocument> Read(std::string text) {
  return PolicyDocument::FromText(std::move(text), "p.yaml");
}

std::string Error(std::string text) {
  return std::string(Read(std::move(text)).status().message());
}

v1::Policy MustRead(std::string text) {
  auto document = Read(std::move(text));
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? document->policy() : v1::Policy();
}

TEST(PolicyDocument, ReadsEachKindOfValue) {
  const v1::Policy policy = MustRead(R"(
version: 7
stores:
  - name: d
    per_tenant: true
    timeout: 1h30m
    max_waiting: 12
    ldap: {urls: ["ldap://a", "ldap://b"], scope: one_level, attributes: {mail: mail, ou: unit}}
rules:
  certificate_identity: dns_name
  limits: {max_frame_size: 64KiB, handshake_timeout: 250ms}
)");
  EXPECT_EQ(policy.version(), "7");
  const v1::Store& store = policy.stores(0);
  EXPECT_TRUE(store.per_tenant());
  EXPECT_EQ(store.timeout().seconds(), 5400);
  EXPECT_EQ(store.max_waiting(), 12u);
  EXPECT_EQ(store.ldap().urls_size(), 2);
  EXPECT_EQ(store.ldap().scope(), v1::LDAP_SCOPE_ONE_LEVEL);
  EXPECT_EQ(store.ldap().attributes().at("ou"), "unit");
  EXPECT_EQ(policy.rules().certificate_identity(), v1::CERTIFICATE_IDENTITY_DNS_NAME);
  EXPECT_EQ(policy.rules().limits().max_frame_size(), 65536u);
  EXPECT_EQ(policy.rules().limits().handshake_timeout().nanos(), 250'000'000);
}

TEST(PolicyDocument, SetsAnOptionalValueThatIsItsDefault) {
  EXPECT_TRUE(MustRead("rules: {require_tls: false}").rules().has_require_tls());
  EXPECT_FALSE(MustRead("rules: {}").rules().has_require_tls());
}

TEST(PolicyDocument, IsEmptyWhereTheTextIs) {
  EXPECT_EQ(MustRead("").ByteSizeLong(), 0u);
  EXPECT_EQ(MustRead("# nothing yet\n").ByteSizeLong(), 0u);
}

TEST(PolicyDocument, RefusesAnUnknownKeyAndSaysWhichIsMeant) {
  EXPECT_EQ(Error("stors: []"), "p.yaml:1:1: unknown key 'stors'; did you mean 'stores'?");
  EXPECT_EQ(Error("rules: {quirks: {xyzzy: true}}"),
            "p.yaml:1:18: unknown key 'xyzzy'; there are: final_data_as_challenge, "
            "token_error_as_challenge, skip_empty_frames");
  EXPECT_EQ(Error("rules: &r {}\ntenants: [{name: a, rules: {<<: *r}}]"),
            "p.yaml:2:29: unknown key '<<'; there are: mechanisms, channel_bindings, require_tls, "
            "allow_password_without_tls, limits, quirks, certificate_identity, digest_realm, "
            "stores, token_issuers, credentials, identity_mappings, act_as");
}

TEST(PolicyDocument, RefusesTheWrongTypeOfAValue) {
  const auto wrong = [](const std::string& text, const std::string& expected) {
    const std::string error = Error(text);
    EXPECT_NE(error.find(expected), std::string::npos) << text << "\n" << error;
  };
  wrong("- a", "expected a mapping of keys to values");
  wrong("just words", "expected a mapping of keys to values");
  wrong("version: [a]", "key 'version': expected a string");
  wrong("version: {a: b}", "key 'version': expected a string");
  wrong("version:", "key 'version': expected a string");
  wrong("version: ~", "key 'version': expected a string");
  wrong("rules: [a]", "expected a mapping of keys to values");
  wrong("rules:", "expected a mapping of keys to values");
  wrong("stores: {name: a}", "key 'stores': expected a list");
  wrong("stores: main", "key 'stores': expected a list");
  wrong("stores:", "key 'stores': expected a list");
  wrong("stores: [a]", "expected a mapping of keys to values");
  wrong("rules: {mechanisms: PLAIN}", "key 'mechanisms': expected a list");
  wrong("rules: {mechanisms: [[PLAIN]]}", "key 'mechanisms': expected a string");
  wrong("rules: {mechanisms: [~]}", "key 'mechanisms': expected a string");
  wrong("rules: {require_tls: yes}", "key 'require_tls': expected true or false");
  wrong("rules: {require_tls: 1}", "key 'require_tls': expected true or false");
  wrong("rules: {require_tls: True}", "key 'require_tls': expected true or false");
  wrong("stores: [{max_waiting: many}]", "key 'max_waiting': expected a number");
  wrong("stores: [{max_waiting: -1}]", "key 'max_waiting': expected a number");
  wrong("stores: [{max_waiting: 1.5}]", "key 'max_waiting': expected a number");
  wrong("stores: [{max_waiting: 4294967296}]", "key 'max_waiting': expected a number");
  wrong("rules: {limits: {max_frame_size: 64kb}}", "expected a size such as 4096 or 64KiB");
  wrong("rules: {limits: {max_frame_size: 99999999999999999999}}", "expected a size");
  wrong("rules: {limits: {handshake_timeout: 30}}", "expected a duration such as 250ms, 30s");
  wrong("rules: {limits: {handshake_timeout: -1s}}", "expected a duration");
  wrong("rules: {limits: {handshake_timeout: inf}}", "expected a duration");
  wrong("rules: {limits: {handshake_timeout: {seconds: 1}}}", "expected a duration");
  wrong("rules: {limits: {handshake_timeout: 90000h}}", "expected a duration");
  wrong("rules: {certificate_identity: DNS_NAME}",
        "expected one of common_name, dns_name, email, uri, spiffe_id");
  wrong("rules: {certificate_identity: unspecified}", "expected one of common_name");
  wrong("rules: {certificate_identity: 1}", "expected one of common_name");
  wrong("stores: [{ldap: {attributes: [a]}}]", "key 'attributes': expected a mapping");
  wrong("stores: [{ldap: {attributes: {a: [b]}}}]", "key 'attributes': expected strings as values");
  wrong("stores: [{ldap: {attributes: {a: ''}}}]", "expected a string that is not empty");
}

TEST(PolicyDocument, RefusesWhatIsGivenButSaysNothing) {
  EXPECT_EQ(Error("tenants: []"),
            "p.yaml:1:10: key 'tenants': expected a list that is not empty; leave the key out to "
            "say nothing");
  EXPECT_EQ(Error("default_tenant: ''"),
            "p.yaml:1:17: key 'default_tenant': expected a string that is not empty; leave the key "
            "out to say nothing");
  // A tenant that writes it would believe to have lifted its listener's limit.
  EXPECT_EQ(Error("rules: {limits: {max_steps: 0}}"),
            "p.yaml:1:29: key 'max_steps': expected a number above 0; leave the key out to say "
            "nothing");
  EXPECT_NE(Error("rules: {limits: {max_frame_size: 0KiB}}"), "");
  EXPECT_NE(Error("rules: {act_as: [{groups: [''], as_users: [a]}]}"), "");
}

TEST(PolicyDocument, RefusesBytesThatHide) {
  EXPECT_NE(Error("version: \"a\\0b\"").find("without control characters"), std::string::npos);
  EXPECT_NE(Error("version: \"a\\nb\"").find("without control characters"), std::string::npos);
  EXPECT_NE(Error("version: |\n  a\n").find("without control characters"), std::string::npos);
  EXPECT_NE(Error("version: \"a\\x7f\"").find("without control characters"), std::string::npos);
  EXPECT_EQ(MustRead("version: Zürich").version(), "Zürich");
}

TEST(PolicyDocument, RefusesTwoOfOneKind) {
  EXPECT_EQ(Error("stores:\n  - sqlite: {path: /x}\n    file: {path: /y}\n"),
            "p.yaml:3:5: key 'file': expected only one of 'sqlite' and 'file'");
  EXPECT_NE(Error("stores: [{sqlite: {path: /x}, file: ~}]"), "");
}

TEST(PolicyDocument, RefusesAKeyThatIsGivenTwice) {
  EXPECT_EQ(Error("version: a\nversion: b\n"), "p.yaml:2:1: key 'version' is given twice");
  EXPECT_NE(Error("rules: {require_tls: true, require_tls: false}"), "");
}

TEST(PolicyDocument, RefusesASecondDocument) {
  EXPECT_NE(Error("version: a\n---\nversion: b\n").find("second document"), std::string::npos);
}

TEST(PolicyDocument, FollowsAliases) {
  const v1::Policy policy = MustRead(R"(
rules: &strict {require_tls: true, mechanisms: [PLAIN]}
tenants: [{name: a, rules: *strict}]
)");
  EXPECT_TRUE(policy.tenants(0).rules().require_tls());
  EXPECT_EQ(policy.tenants(0).rules().mechanisms(0), "PLAIN");
  EXPECT_NE(Error("rules: &r {limits: *r}"), "");
  EXPECT_NE(Error("rules: *nowhere"), "");
}

TEST(PolicyDocument, NamesEveryProblemInOrderAndStopsAtTwenty) {
  EXPECT_EQ(Error("rules: {x1: 1}\ndefault_tenant: [a]\nversion: [a]\n").substr(0, 12),
            "p.yaml:1:9: ");
  std::string text = "tenants:\n";
  for (int i = 0; i < 23; ++i) text += "  - {zzzzzzzzzz: 1}\n";
  const std::string error = Error(text);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 20);
  EXPECT_TRUE(error.ends_with("\nand 3 more")) << error;
}

TEST(PolicyDocument, IsNotAnAlmostYaml) {
  EXPECT_NE(Error("rules: {").find("p.yaml:"), std::string::npos);
  EXPECT_NE(Error("rules:\n\t- a"), "");
}

TEST(PolicyDocument, FindsThePlaceOrWhatIsNearestAboveIt) {
  const auto document = Read("rules:\n  stores:\n    - store: a\n");
  ASSERT_TRUE(document.ok());
  const PolicyPath root;
  const PolicyPath rules = root.Key("rules");
  const PolicyPath step = rules.Item("stores", 0);
  EXPECT_EQ(document->PlaceOf(step.Key("store")).line, 3);
  EXPECT_EQ(document->PlaceOf(step.Key("on_outage")).line, 3);
  EXPECT_EQ(document->PlaceOf(rules.Item("stores", 7)).line, 3);
  EXPECT_EQ(document->PlaceOf(rules.Key("limits")).line, 2);
  EXPECT_EQ(document->PlaceOf(root.Item("tenants", 0)).line, 1);
  EXPECT_EQ(step.Key("store").ToString(), "rules.stores[0].store");
}

TEST(PolicyDocument, HasTheHashOfItsText) {
  EXPECT_EQ(Read("")->hash(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_NE(Read("version: a")->hash(), Read("version: a ")->hash());
}

TEST(PolicyDocument, SaysWhichFileCannotBeRead) {
  const auto document = PolicyDocument::FromFile("/nonexistent/p.yaml");
  EXPECT_NE(document.status().message().find("/nonexistent/p.yaml"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::policy
