#include <gtest/gtest.h>

#include <string>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr char kTenants[] = R"(
default_tenant: d
tenants:
  - {name: a, hostnames: [a.example, "*.a.example"], listeners: [la, "la-*"]}
  - {name: b, hostnames: [b.example], server_names: [b.example, "*.b.example"]}
  - {name: d}
)";

TEST(Tenant, IsFoundByHostnameThenServerNameThenListenerThenDefault) {
  const auto policy = MustLoad(std::string(kStore) + kTenants);
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "a.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "X.A.Example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l", .server_name = "b.example"}, "a.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l", .server_name = "b.example"}, "c.example"), "b");
  EXPECT_EQ(TenantAt(*policy, {.listener = "la-1"}, "c.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "la"}), "a");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}), "d");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "xa.example"), "d");
}

TEST(Tenant, IsTheSameForADotAtTheEndAndInCapitals) {
  const auto policy = MustLoad(std::string(kStore) + kTenants);
  for (const char* hostname : {"a.example.", "A.EXAMPLE", "x.a.example.", "X.a.eXample"}) {
    EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, hostname), "a") << hostname;
  }
}

TEST(Tenant, OfAListenerIsNotLeftByNamingAnothersHost) {
  const auto policy = MustLoad(std::string(kStore) + kTenants);
  EXPECT_EQ(TenantAt(*policy, {.listener = "la"}, "b.example"), "(tenant_unknown)");
  EXPECT_EQ(TenantAt(*policy, {.listener = "la", .server_name = "b.example"}), "(tenant_unknown)");
  EXPECT_EQ(TenantAt(*policy, {.listener = "la", .server_name = "b.example"}, "a.example"), "a");
  // Nor is more offered than the listener's own rules before the host is known.
  const auto scope = policy->AtOpen({.listener = "la", .server_name = "b.example"}, nullptr);
  EXPECT_EQ(std::get<LoginScope>(scope).tenant, nullptr);
}

TEST(Tenant, IsUnknownWhereNothingAssignsOne) {
  const auto policy =
      MustLoad(std::string(kStore) + "tenants: [{name: a, hostnames: [a.example]}]");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}), "(tenant_unknown)");
  EXPECT_EQ(TenantAt(*policy, {.listener = "l"}, "b.example"), "(tenant_unknown)");
  const auto scope = policy->AtOpen({.listener = "l"}, nullptr);
  EXPECT_EQ(std::get<LoginScope>(scope).tenant, nullptr);
  EXPECT_NE(std::get<LoginScope>(scope).login, nullptr);
}

TEST(Tenant, IsCalledDefaultWhereThePolicyNamesNone) {
  EXPECT_EQ(TenantAt(*MustLoad(kStore), {.listener = "l"}, "any.example"), "default");
}

TEST(Tenant, IsFoundByEveryHostnameWhereItsPatternIsAnAsterisk) {
  const auto policy =
      MustLoad(std::string(kStore) +
               "tenants: [{name: a, hostnames: [a.example]}, {name: rest, hostnames: ['*']}]");
  EXPECT_EQ(TenantAt(*policy, {}, "a.example"), "a");
  EXPECT_EQ(TenantAt(*policy, {}, "b"), "rest");
  // None is named, or what can be none.
  for (const std::string& hostname :
       {std::string(), std::string("."), std::string("a b"), std::string("a.example\0", 10)}) {
    EXPECT_EQ(TenantAt(*policy, {}, hostname), "(tenant_unknown)") << hostname;
  }
}

TEST(Tenant, LetsItsOwnBrokersSpeakForItOnly) {
  const auto policy = MustLoad(std::string(kStore) + R"(
brokers: [{name: x, identities: [x]}, {name: y, identities: [y]}]
default_tenant: open
tenants:
  - {name: closed, hostnames: [closed.example], brokers: [x]}
  - {name: open}
)");
  const BrokerPolicy* x = policy->FindBrokerNamed("x");
  const BrokerPolicy* y = policy->FindBrokerNamed("y");
  const auto at = [&](const BrokerPolicy* broker, std::string_view hostname) {
    return TenantAt(*policy, {.listener = "l", .server_name = "", .broker = broker}, hostname);
  };
  EXPECT_EQ(at(x, "closed.example"), "closed");
  EXPECT_EQ(at(y, "closed.example"), "(broker_not_allowed)");
  EXPECT_EQ(at(y, "other.example"), "open");
}

TEST(Tenant, IsRefusedWhereItCannotBeMeant) {
  const auto refused = [](const std::string& text, const std::string& why) {
    const std::string error = Error(std::string(kStore) + text);
    EXPECT_NE(error.find(why), std::string::npos) << text << "\n" << error;
  };
  refused("tenants: [{hostnames: [a]}]", "tenants[0]: expected a 'name'");
  refused("tenants: [{name: a}, {name: a}]", "p.yaml:3:29: tenants[1].name: 'a' is named twice");
  refused("tenants: [{name: a, hostnames: [h]}, {name: b, hostnames: [H.]}]",
          "tenants[1].hostnames[0]: 'H.' is another tenant's already");
  refused("tenants: [{name: a, hostnames: [h, h]}]", "hostnames[1]: 'h' is named twice");
  refused("tenants: [{name: a, server_names: ['*.h']}, {name: b, server_names: ['*.h']}]",
          "another tenant's already");
  refused("tenants: [{name: a, listeners: [l]}, {name: b, listeners: [l]}]",
          "another tenant's already");
  refused("tenants: [{name: a, listeners: ['*']}]", "'default_tenant'");
  refused("tenants: [{name: a, hostnames: ['amqps://h']}]", "expected a host's name");
  refused("tenants: [{name: a, brokers: [b]}]", "tenants[0].brokers[0]: there is no broker 'b'");
  refused("tenants: [{name: a/b}]", "expected a name without '/'");
  refused("tenants: [{name: ..}]", "expected a name without '/'");
  refused("tenants: [{name: " + std::string(256, 'a') + "}]", "expected up to 255 bytes");
  refused("default_tenant: b\ntenants: [{name: a}]", "default_tenant: there is no tenant 'b'");
  refused("default_tenant: b", "default_tenant: there is no tenant 'b'");
  EXPECT_EQ(Error(std::string(kStore) + "default_tenant: default"), "");
}

}  // namespace
}  // namespace sallyport::policy
