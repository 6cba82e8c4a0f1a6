#include <gtest/gtest.h>

#include <string>

#include "policy/broker.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr char kBrokers[] = R"(
brokers:
  - {name: one, identities: [b1.example], listeners: [amqps, "acme-*"]}
  - {name: many, identities: ["*.brokers.example", "spiffe://example/brokers/*"]}
  - {name: exact, identities: ["spiffe://example/brokers/exact"]}
  - {name: local, without_certificate: true}
)";

// The broker's name, or the reason's in parentheses.
std::string FindIn(const Policy& policy, const BrokerIdentity& identity) {
  const auto found = policy.FindBroker(identity);
  if (const auto* refused = std::get_if<NotAllowed>(&found)) {
    return "(" + std::string(ReasonName(refused->reason)) + ")";
  }
  const BrokerPolicy* broker = std::get<const BrokerPolicy*>(found);
  return broker == nullptr ? "(any)" : broker->name();
}

std::string WithName(const Policy& policy, std::string name) {
  return FindIn(policy, {.has_certificate = true, .dns_names = {std::move(name)}, .uris = {}});
}

std::string WithUri(const Policy& policy, std::string uri) {
  return FindIn(policy, {.has_certificate = true, .dns_names = {}, .uris = {std::move(uri)}});
}

TEST(Brokers, AreAllWhereThePolicyNamesNone) {
  const auto policy = MustLoad(kStore);
  EXPECT_EQ(FindIn(*policy, {}), "(any)");
  EXPECT_EQ(WithName(*policy, "x"), "(any)");
}

TEST(Brokers, AreKnownByTheNamesInTheirCertificates) {
  const auto policy = MustLoad(std::string(kStore) + kBrokers);
  EXPECT_EQ(WithName(*policy, "b1.example"), "one");
  EXPECT_EQ(WithName(*policy, "B1.EXAMPLE"), "one");
  EXPECT_EQ(WithName(*policy, "x.b1.example"), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, "x.brokers.example"), "many");
  EXPECT_EQ(WithName(*policy, "brokers.example"), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, "evilbrokers.example"), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, std::string("b1.example\0.evil", 16)), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, std::string("evil\0.brokers.example", 21)), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, "*.brokers.example"), "(broker_not_allowed)");
}

TEST(Brokers, AreKnownByUris) {
  const auto policy = MustLoad(std::string(kStore) + kBrokers);
  EXPECT_EQ(WithUri(*policy, "spiffe://example/brokers/7"), "many");
  EXPECT_EQ(WithUri(*policy, "spiffe://example/brokers/exact"), "exact");
  EXPECT_EQ(WithUri(*policy, "spiffe://example/broker"), "(broker_not_allowed)");
  EXPECT_EQ(WithUri(*policy, "spiffe://example.evil/brokers/7"), "(broker_not_allowed)");
  // A URI that looks like a DNS name is none, nor is a DNS name a URI.
  EXPECT_EQ(WithUri(*policy, "b1.example"), "(broker_not_allowed)");
  EXPECT_EQ(WithName(*policy, "spiffe://example/brokers/7"), "(broker_not_allowed)");
}

TEST(Brokers, WithoutACertificateAreNotThoseWithAStrangeOne) {
  const auto policy = MustLoad(std::string(kStore) + kBrokers);
  EXPECT_EQ(FindIn(*policy, {}), "local");
  EXPECT_EQ(FindIn(*policy, {.has_certificate = true, .dns_names = {}, .uris = {}}),
            "(broker_not_allowed)");
  const auto strict = MustLoad(std::string(kStore) + "brokers: [{name: a, identities: [a]}]");
  EXPECT_EQ(FindIn(*strict, {}), "(broker_not_allowed)");
  // What no certificate proves counts for nothing.
  EXPECT_EQ(FindIn(*strict, {.has_certificate = false, .dns_names = {"a"}, .uris = {}}),
            "(broker_not_allowed)");
}

TEST(Brokers, SpeakForTheirListenersOnly) {
  const auto policy = MustLoad(std::string(kStore) + kBrokers);
  const BrokerPolicy* one = policy->FindBrokerNamed("one");
  EXPECT_EQ(TenantAt(*policy, {.listener = "amqps", .server_name = "", .broker = one}), "default");
  EXPECT_EQ(TenantAt(*policy, {.listener = "acme-1", .server_name = "", .broker = one}), "default");
  for (const char* listener : {"", "amqp", "amqpsx", "AMQPS", "acme", "*"}) {
    EXPECT_EQ(TenantAt(*policy, {.listener = listener, .server_name = "", .broker = one}),
              "(broker_not_allowed)");
    EXPECT_TRUE(std::holds_alternative<NotAllowed>(
        policy->AtOpen({.listener = listener, .server_name = "", .broker = one}, nullptr)));
  }
  EXPECT_TRUE(policy->FindBrokerNamed("many")->MaySpeakFor("anything"));
}

TEST(Brokers, ThatNobodyLookedUpAreRefused) {
  const auto policy = MustLoad(std::string(kStore) + kBrokers);
  EXPECT_EQ(TenantAt(*policy, {.listener = "amqps"}), "(broker_not_allowed)");
}

TEST(Brokers, AreToldAllUnlessThePolicySaysWhat) {
  const auto policy = MustLoad(std::string(kStore) + R"(
brokers:
  - {name: all, identities: [a]}
  - {name: some, identities: [b], release: {groups: ["amqp-.*", "ops"]}}
  - {name: nothing, identities: [c], release: {}}
)");
  EXPECT_TRUE(policy->FindBrokerNamed("all")->releases_all());
  EXPECT_TRUE(policy->FindBrokerNamed("all")->ReleasesGroup("x"));
  const BrokerPolicy* some = policy->FindBrokerNamed("some");
  EXPECT_FALSE(some->releases_all());
  EXPECT_TRUE(some->ReleasesGroup("amqp-users"));
  EXPECT_TRUE(some->ReleasesGroup("ops"));
  EXPECT_FALSE(some->ReleasesGroup("devops"));
  EXPECT_FALSE(some->ReleasesGroup("x-amqp-users"));
  EXPECT_FALSE(some->ReleasesAttribute("ops"));
  const BrokerPolicy* nothing = policy->FindBrokerNamed("nothing");
  EXPECT_FALSE(nothing->ReleasesGroup("x"));
  EXPECT_FALSE(nothing->ReleasesAttribute("x"));
}

TEST(Brokers, HaveNoQuotasButThoseOfThePolicy) {
  const auto policy = MustLoad(std::string(kStore) + R"(
brokers:
  - {name: none, identities: [a]}
  - {name: some, identities: [b], quotas: {max_streams: 2, handshakes_per_second: 50}}
  - {name: all, identities: [c], quotas: {max_handshakes: 3, handshakes_per_second: 4, burst: 5}}
)");
  const BrokerQuotas& none = policy->FindBrokerNamed("none")->quotas();
  EXPECT_EQ(none.max_streams, 0u);
  EXPECT_EQ(none.max_handshakes, 0u);
  EXPECT_EQ(none.handshakes_per_second, 0u);
  const BrokerQuotas& some = policy->FindBrokerNamed("some")->quotas();
  EXPECT_EQ(some.max_streams, 2u);
  EXPECT_EQ(some.max_handshakes, 0u);
  EXPECT_EQ(some.burst, 50u) << "a second's";
  const BrokerQuotas& all = policy->FindBrokerNamed("all")->quotas();
  EXPECT_EQ(all.max_handshakes, 3u);
  EXPECT_EQ(all.handshakes_per_second, 4u);
  EXPECT_EQ(all.burst, 5u);
}

TEST(Brokers, AreRefusedWhereTheyCannotBeMeant) {
  const auto refused = [](const std::string& brokers, const std::string& why) {
    const std::string error = Error(std::string(kStore) + "brokers: " + brokers);
    EXPECT_NE(error.find(why), std::string::npos) << brokers << "\n" << error;
  };
  refused("[{name: a}]", "brokers[0]: expected 'identities', or 'without_certificate: true'");
  refused("[{identities: [a]}]", "brokers[0]: expected a 'name'");
  refused("[{name: a, identities: [a]}, {name: a, identities: [b]}]", "'a' is named twice");
  refused("[{name: a, identities: [x]}, {name: b, identities: [X]}]", "another broker's already");
  refused("[{name: a, without_certificate: true}, {name: b, without_certificate: true}]",
          "another broker says so already");
  refused("[{name: a, identities: ['*a']}]", "expected an asterisk in front only");
  refused("[{name: a, identities: ['spiffe://*/a']}]", "expected an asterisk at the end only");
  refused("[{name: a, identities: [a], listeners: ['*a']}]", "expected an asterisk at the end");
  refused("[{name: a, identities: [a], release: {groups: ['(']}}]",
          "release.groups[0]: not an RE2");
  refused("[{name: a, identities: [a], release: {attributes: ['(']}}]", "release.attributes[0]");
  refused("[{name: a, identities: [a], quotas: {max_streams: 0}}]",
          "quotas.max_streams: expected 1 to 10000000; without the key there is no limit");
  refused("[{name: a, identities: [a], quotas: {max_handshakes: 10000001}}]",
          "quotas.max_handshakes");
  refused("[{name: a, identities: [a], quotas: {handshakes_per_second: 0}}]",
          "quotas.handshakes_per_second");
  refused("[{name: a, identities: [a], quotas: {burst: 5}}]",
          "quotas.burst: expected 'handshakes_per_second' beside it");
}

}  // namespace
}  // namespace sallyport::policy
