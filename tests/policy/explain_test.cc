#include "policy/explain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "policy/explanation_json.h"
#include "policy/explanation_text.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr char kFleet[] = R"yaml(
stores:
  - {name: users, per_tenant: true, postgresql: {connection: host=db}}
  - {name: staff, ldap: {urls: ["ldaps://d"], base_dn: dc=x}}
token_issuers: [{name: idp, issuer: "https://idp", audience: [b], keys: /k}]
brokers:
  - {name: fleet, identities: ["*.brokers.example"], listeners: ["amqp*"]}
  - {name: edge, identities: [edge.example], release: {groups: ["amqp-.*"]}}
rules:
  stores: [{store: users, on_outage: next}, {store: staff}]
  mechanisms: [SCRAM-SHA-256, EXTERNAL, OAUTHBEARER, ANONYMOUS, PLAIN]
  credentials: {max_age: 2160h, min_pbkdf2_iterations: 100000}
  identity_mappings:
    - {from: certificate, pattern: '(.*)\.clients\.example', to: '\1'}
    - {from: token, pattern: root, refuse: true}
  act_as:
    - {name: proxies, users: [proxy], as_users: [alice]}
    - {groups: [admins], as_pattern: ".*"}
listeners:
  - {name: amqps, rules: {require_tls: true}}
  - {name: amqp}
  - {name: web}
default_tenant: main
tenants:
  - {name: main}
  - {name: acme, hostnames: [acme.example], rules: {mechanisms: [SCRAM-SHA-256]}}
  - {name: edge, hostnames: [edge.example], brokers: [edge]}
)yaml";

class Explaining : public testing::Test {
 protected:
  Explaining() : policy_(MustLoad(kFleet)) {
    question_.listener = "amqps";
    question_.broker = "fleet";
    question_.encrypted = true;
    question_.mechanism = "PLAIN";
    question_.user = "alice";
  }

  Explanation Ask() const { return Explain(*policy_, question_); }

  // The reason's name, or "" where policy does not refuse.
  std::string Reason() const {
    const Explanation told = Ask();
    return told.reason ? std::string(ReasonName(*told.reason)) : "";
  }

  // What came of a rule; "" where it was not looked at.
  static std::string ResultOf(const Explanation& told, const std::string& rule) {
    const auto found = std::find_if(told.considered.begin(), told.considered.end(),
                                    [&](const Consideration& c) { return c.rule == rule; });
    return found == told.considered.end() ? "" : found->result;
  }

  const std::shared_ptr<const Policy> policy_;
  LoginQuestion question_;
};

TEST_F(Explaining, FollowsALoginToTheStores) {
  const Explanation told = Ask();
  EXPECT_FALSE(told.reason);
  EXPECT_EQ(told.detail, "Policy lets it through to the stores.");
  EXPECT_EQ(told.broker, "fleet");
  EXPECT_EQ(told.tenant, "main");
  EXPECT_EQ(told.user, "alice");
  EXPECT_EQ(told.shown,
            (std::vector<std::string>{"SCRAM-SHA-256", "OAUTHBEARER", "ANONYMOUS", "PLAIN"}));
  EXPECT_EQ(told.usable, told.shown);
  ASSERT_EQ(told.stores.size(), 2u);
  EXPECT_EQ(told.stores[0].name, "users");
  EXPECT_EQ(told.stores[0].kind, "postgresql");
  EXPECT_TRUE(told.stores[0].per_tenant);
  EXPECT_TRUE(told.stores[0].next_on_outage);
  EXPECT_FALSE(told.stores[1].next_on_outage);
  EXPECT_TRUE(told.token_issuers.empty());
  EXPECT_EQ(told.credentials->max_age(), absl::Hours(2160));
  std::vector<std::string> rules;
  for (const Consideration& c : told.considered) {
    EXPECT_FALSE(c.decided) << c.rule;
    rules.push_back(c.rule);
  }
  EXPECT_EQ(rules, (std::vector<std::string>{
                       "brokers", "listener 'amqps'", "hostname ''", "TLS server name ''",
                       "tenant's listener 'amqps'", "default_tenant 'main'",
                       "mechanism SCRAM-SHA-256", "mechanism EXTERNAL", "mechanism OAUTHBEARER",
                       "mechanism ANONYMOUS", "mechanism PLAIN", "the client's choice of PLAIN"}));
}

TEST_F(Explaining, SaysWhoAsks) {
  question_.broker = "nobody";
  EXPECT_EQ(Reason(), "broker_not_allowed");
  EXPECT_EQ(Ask().detail, "the policy names no such broker");
  question_.broker.clear();
  EXPECT_EQ(Reason(), "broker_not_allowed");
  question_.broker_identity = {.has_certificate = true, .dns_names = {"b1.brokers.example"}};
  EXPECT_EQ(Reason(), "");
  EXPECT_EQ(Ask().broker, "fleet");
  question_.listener = "web";
  EXPECT_EQ(Reason(), "broker_not_allowed");
  EXPECT_EQ(ResultOf(Ask(), "broker 'fleet'"), "may not speak for listener 'web'");
  EXPECT_TRUE(Ask().considered.back().decided);
}

TEST_F(Explaining, NeedsNoBrokerWhereThePolicyNamesNone) {
  const auto policy = MustLoad(kStore);
  const Explanation told = Explain(*policy, question_);
  EXPECT_FALSE(told.reason);
  EXPECT_EQ(told.broker, "");
}

TEST_F(Explaining, SaysThatNobodyGetsInThere) {
  question_.listener = "amqp-lab";
  EXPECT_EQ(Reason(), "no_policy");
  EXPECT_EQ(ResultOf(Ask(), "listener 'amqp-lab'"), "no rules match it");
  question_.listener = "amqps";
  question_.hostname = "edge.example";
  EXPECT_EQ(Reason(), "broker_not_allowed");
  EXPECT_EQ(ResultOf(Ask(), "tenant 'edge'"), "does not let this broker speak for it");
  EXPECT_FALSE(Ask().credentials);
}

TEST_F(Explaining, SaysWhyAMechanismCannotBeUsed) {
  question_.mechanism = "EXTERNAL";
  EXPECT_EQ(Reason(), "mechanism_not_offered");
  EXPECT_EQ(ResultOf(Ask(), "mechanism EXTERNAL"), "not offered: it takes a client certificate");
  question_.mechanism = "NONSENSE";
  EXPECT_EQ(Reason(), "mechanism_not_offered");
  question_.mechanism = "PLAIN";
  question_.encrypted = false;
  EXPECT_EQ(Reason(), "tls_required");
  EXPECT_EQ(ResultOf(Ask(), "mechanisms"), "nothing can be offered");
  question_.listener = "amqp";
  EXPECT_EQ(Reason(), "tls_required");
  question_.mechanism = "SCRAM-SHA-256";
  EXPECT_EQ(Reason(), "");
}

TEST_F(Explaining, TellsWhatIsShownFromWhatTheTenantTakes) {
  question_.hostname = "acme.example";
  EXPECT_EQ(Reason(), "mechanism_not_offered");
  const Explanation told = Ask();
  EXPECT_EQ(told.tenant, "acme");
  EXPECT_EQ(told.shown.size(), 4u);
  EXPECT_EQ(told.usable, std::vector<std::string>{"SCRAM-SHA-256"});
  EXPECT_EQ(ResultOf(told, "before the hostname is known, mechanism PLAIN"), "offered");
  EXPECT_EQ(ResultOf(told, "mechanism PLAIN"), "");
  question_.mechanism = "SCRAM-SHA-256";
  EXPECT_EQ(Reason(), "");
}

TEST_F(Explaining, SaysWhetherABindingIsAccepted) {
  question_.binding = "tls-unique";
  EXPECT_EQ(ResultOf(Ask(), "channel binding tls-unique"), "not accepted");
  question_.binding = "tls-exporter";
  EXPECT_EQ(ResultOf(Ask(), "channel binding tls-exporter"), "accepted");
}

TEST_F(Explaining, MapsIdentities) {
  question_.mechanism = "EXTERNAL";
  question_.has_certificate = true;
  question_.user = "bob.clients.example";
  EXPECT_EQ(Ask().user, "bob");
  question_.mechanism = "OAUTHBEARER";
  EXPECT_EQ(Ask().user, "bob.clients.example");
  EXPECT_TRUE(Ask().stores.empty());
  EXPECT_EQ(Ask().token_issuers, std::vector<std::string>{"idp"});
  question_.user = "root";
  EXPECT_EQ(Reason(), "identity_refused");
  question_.mechanism = "PLAIN";
  EXPECT_EQ(Reason(), "");
}

TEST_F(Explaining, SaysWhoMayActAsWhom) {
  question_.authorization_id = "alice";
  EXPECT_EQ(Reason(), "");
  question_.user = "proxy";
  EXPECT_EQ(Reason(), "");
  EXPECT_EQ(ResultOf(Ask(), "act_as[0] proxies"), "'proxy' may act as 'alice'");
  question_.authorization_id = "bob";
  question_.groups.emplace();
  EXPECT_EQ(Reason(), "authzid_not_allowed");
  question_.groups->push_back("admins");
  EXPECT_EQ(Reason(), "");
  EXPECT_FALSE(Ask().depends_on_groups);
  question_.groups.reset();
  EXPECT_TRUE(Ask().depends_on_groups);
  EXPECT_EQ(Ask().detail,
            "Policy lets it through to the stores. Whether the user may act so depends on their "
            "groups.");
}

TEST_F(Explaining, KnowsWhichMechanismAsksNoStore) {
  question_.mechanism = "ANONYMOUS";
  EXPECT_EQ(Ask().detail, "Policy lets it in: no store is asked.");
  EXPECT_TRUE(Ask().stores.empty());
  question_.mechanism.clear();
  EXPECT_EQ(Ask().stores.size(), 2u);
  EXPECT_EQ(Ask().token_issuers.size(), 1u);
}

TEST_F(Explaining, SaysWhatTheBrokerIsTold) {
  question_.groups = {"amqp-users", "staff"};
  EXPECT_TRUE(Ask().release.everything);
  EXPECT_EQ(Ask().release.released_groups, question_.groups);
  question_.broker = "edge";
  const ExplainedRelease release = Ask().release;
  EXPECT_FALSE(release.everything);
  EXPECT_EQ(release.groups, std::vector<std::string>{"amqp-.*"});
  EXPECT_EQ(release.released_groups, std::vector<std::string>{"amqp-users"});
}

TEST_F(Explaining, IsTextForPeople) {
  question_.mechanism = "EXTERNAL";
  const std::string text = ExplanationText(Ask());
  EXPECT_TRUE(
      text.starts_with("verdict: refused\n"
                       "the client sees: auth\n"
                       "the broker sees: mechanism_not_offered: The client chose a "
                       "mechanism that was not offered.\n"))
      << text;
  EXPECT_NE(text.find("asks store: users (postgresql, per tenant); on outage, the next is asked\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n  * the client's choice of EXTERNAL: "), std::string::npos) << text;
  EXPECT_NE(text.find("\n  - listener 'amqps': has the rules of 'amqps'\n"), std::string::npos);
}

TEST_F(Explaining, IsJsonForPrograms) {
  question_.broker = "edge";
  question_.groups = {"amqp-users"};
  const auto json = ExplanationJson(Ask());
  EXPECT_EQ(json["refused"], false);
  EXPECT_FALSE(json.contains("code"));
  EXPECT_EQ(json["stores"][0]["on_outage"], "next");
  EXPECT_EQ(json["stores"][1]["kind"], "ldap");
  EXPECT_EQ(json["credentials"]["max_age"], "2160h");
  EXPECT_EQ(json["release"]["released_groups"][0], "amqp-users");
  EXPECT_EQ(json["considered"][0]["rule"], "brokers");
  question_.encrypted = false;
  const auto refused = ExplanationJson(Ask());
  EXPECT_EQ(refused["code"], "auth");
  EXPECT_EQ(refused["reason"], "tls_required");
  EXPECT_FALSE(refused.contains("shown"));
}

}  // namespace
}  // namespace sallyport::policy
