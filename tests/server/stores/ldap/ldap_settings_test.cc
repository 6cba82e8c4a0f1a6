#include "server/stores/ldap/ldap_settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <string>
#include <utility>

namespace sallyport::server {
namespace {

v1::LdapStore Least() {
  v1::LdapStore store;
  store.add_urls("ldaps://directory.example");
  store.set_base_dn("dc=example,dc=org");
  return store;
}

using Change = std::function<void(v1::LdapStore&)>;

// What is said about the least settings with a change.
std::string Why(const Change& change, bool per_tenant = false) {
  v1::LdapStore store = Least();
  change(store);
  const auto settings = ReadLdapSettings(store, per_tenant);
  EXPECT_FALSE(settings.ok());
  if (settings.ok()) return "";
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(settings.status().message());
}

LdapSettings Read(const Change& change) {
  v1::LdapStore store = Least();
  change(store);
  const auto settings = ReadLdapSettings(store, false);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.value_or(LdapSettings());
}

void SetUrl(v1::LdapStore& store, const std::string& url) { store.set_urls(0, url); }

TEST(LdapSettings, HasTheDefaultsThatThePolicyStates) {
  const LdapSettings settings = Read([](v1::LdapStore&) {});
  EXPECT_EQ(settings.filter.text(), "(uid={user})");
  EXPECT_TRUE(settings.by_bind);
  EXPECT_EQ(settings.scope, LdapScope::kSubtree);
  EXPECT_EQ(settings.connections, 4u);
  EXPECT_EQ(settings.max_idle, absl::Seconds(60));
  EXPECT_TRUE(settings.tls.verify);
  EXPECT_FALSE(settings.tls.ca_file.empty());
  EXPECT_TRUE(settings.login.bind_dn.empty());
}

TEST(LdapSettings, TakesStartTlsForLdapUrlsUnlessItIsOff) {
  EXPECT_TRUE(
      Read([](auto& store) { SetUrl(store, "ldap://directory.example"); }).urls[0].start_tls);
  EXPECT_FALSE(Read([](auto&) {}).urls[0].start_tls);
  EXPECT_TRUE(Read([](auto&) {}).urls[0].uses_tls);
  for (const char* url : {"ldap://127.0.0.1", "ldap://localhost:3389", "ldapi://%2Frun%2Fldapi"}) {
    const LdapSettings settings = Read([&](auto& store) {
      SetUrl(store, url);
      store.set_start_tls(false);
    });
    EXPECT_FALSE(settings.urls[0].start_tls) << url;
    EXPECT_FALSE(settings.urls[0].uses_tls) << url;
  }
}

TEST(LdapSettings, RefusesToSendPasswordsInTheClear) {
  const std::string why = Why([](auto& store) {
    SetUrl(store, "ldap://directory.example");
    store.set_start_tls(false);
  });
  EXPECT_NE(why.find("urls: "), std::string::npos) << why;
  EXPECT_NE(why.find("unencrypted"), std::string::npos) << why;
}

TEST(LdapSettings, RefusesWhatIsNotOneServer) {
  EXPECT_NE(Why([](auto& store) { store.clear_urls(); }).find("urls: "), std::string::npos);
  for (const char* url : {"http://a", "directory.example", "", "ldaps://", "ldaps://a ldap://b",
                          "ldaps://a/dc=x", "ldaps://a:99999", "ldaps://a/?cn"}) {
    EXPECT_NE(Why([&](auto& store) { SetUrl(store, url); }).find("urls: "), std::string::npos)
        << url;
  }
}

TEST(LdapSettings, NamesTheKeyThatIsWrong) {
  setenv("SALLYPORT_TEST_SECRET", "x", 1);
  const std::pair<const char*, Change> wrong[] = {
      {"base_dn: ", [](auto& store) { store.clear_base_dn(); }},
      {"base_dn: ", [](auto& store) { store.set_base_dn("nowhere"); }},
      {"bind_dn: ",
       [](auto& store) {
         store.set_bind_dn("searcher");
         store.mutable_bind_password()->set_env("SALLYPORT_TEST_SECRET");
       }},
      {"bind_password: ", [](auto& store) { store.set_bind_dn("cn=searcher"); }},
      {"bind_password: ",
       [](auto& store) {
         store.set_bind_dn("cn=searcher");
         store.mutable_bind_password()->set_file("/nonexistent/secret");
       }},
      {"bind_password: ",
       [](auto& store) { store.mutable_bind_password()->set_env("SALLYPORT_TEST_SECRET"); }},
      {"filter: ", [](auto& store) { store.set_filter("(uid={user}"); }},
      {"filter: ", [](auto& store) { store.set_filter("(uid={user}*)"); }},
      {"group_filter: ", [](auto& store) { store.set_group_base_dn("dc=x"); }},
      {"group_filter: ", [](auto& store) { store.set_group_filter("(member={dn})"); }},
      {"group_filter: ",
       [](auto& store) {
         store.set_group_base_dn("dc=x");
         store.set_group_filter("(cn=*)");
       }},
      {"group_name: ",
       [](auto& store) {
         store.set_group_base_dn("dc=x");
         store.set_group_filter("(member={dn})");
         store.set_group_name("c n");
       }},
      {"group_attributes: ", [](auto& store) { store.add_group_attributes("userpassword"); }},
      {"attributes: ", [](auto& store) { (*store.mutable_attributes())["authPassword"] = "x"; }},
      {"attributes: ", [](auto& store) { (*store.mutable_attributes())["mail"] = ""; }},
      {"connections: ", [](auto& store) { store.set_connections(100'000); }},
      {"max_idle: ", [](auto& store) { store.mutable_max_idle()->set_seconds(-1); }},
      {"tls.ca_file: ", [](auto& store) { store.mutable_tls()->set_ca_file("/nonexistent/ca"); }},
      {"tls: ", [](auto& store) { store.mutable_tls()->set_cert_file("/etc/passwd"); }},
      {"tls.ca_file: ", [](auto& store) { store.mutable_tls()->set_ca_file("/etc/passwd"); }},
  };
  for (const auto& [key, change] : wrong) {
    const std::string why = Why(change);
    EXPECT_EQ(why.find(key), 0u) << key << why;
  }
}

TEST(LdapSettings, APerTenantStoreNeedsTheTenantInItsFilter) {
  EXPECT_NE(Why([](auto&) {}, /*per_tenant=*/true).find("{tenant}"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::server
