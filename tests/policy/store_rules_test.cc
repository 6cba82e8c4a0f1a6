#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

std::string ErrorOf(const std::string& stores) {
  return Error("rules: {mechanisms: [ANONYMOUS]}\nstores: " + stores);
}

void Refused(const std::string& stores, const std::string& why) {
  const std::string error = ErrorOf(stores);
  EXPECT_NE(error.find(why), std::string::npos) << stores << "\n" << error;
}

void Taken(const std::string& stores) { EXPECT_EQ(ErrorOf(stores), "") << stores; }

TEST(Stores, NeedANameOfTheirOwnAndAKind) {
  Refused("[{sqlite: {path: /x}}]", "stores[0]: expected a 'name'");
  Refused("[{name: a}]", "stores[0]: expected its kind: sqlite, postgresql, ldap");
  Refused("[{name: a, sqlite: {path: /x}}, {name: a, file: {path: /y}}]", "'a' is named twice");
  Refused("[{name: a, sqlite: {}}]", "stores[0].sqlite: expected 'path'");
  Refused("[{name: a, directory: {}}]", "stores[0].directory: expected 'path'");
  Refused("[{name: a, file: {}}]", "stores[0].file: expected 'path'");
  Taken("[{name: a, directory: {path: /x}, per_tenant: true}]");
}

TEST(Stores, HaveBounds) {
  const auto with = [](const std::string& more) {
    return "[{name: a, sqlite: {path: /x}, " + more + "}]";
  };
  Refused(with("timeout: 1ms"), "stores[0].timeout: expected a duration from 10ms to 1m");
  Refused(with("timeout: 2m"), "stores[0].timeout: expected a duration");
  Refused(with("max_waiting: 1000001"), "stores[0].max_waiting: expected a number");
  Refused(with("cache: {size: 100000001}"), "stores[0].cache.size: expected a number");
  Refused(with("cache: {ttl: 25h}"), "stores[0].cache.ttl: expected a duration");
  Refused(with("cache: {negative_ttl: 25h}"), "stores[0].cache.negative_ttl: expected a duration");
  Refused(with("cache: {stale_while_down: 25h}"), "stale_while_down: expected a duration");
  Taken(with("cache: {ttl: 0s, negative_ttl: 0s, size: 1, stale_while_down: 24h}"));
}

TEST(Stores, KeepPasswordsOutOfThePolicy) {
  const auto with = [](const std::string& more) {
    return "[{name: a, postgresql: {" + more + "}}]";
  };
  Refused(with("connections: 2"), "stores[0].postgresql: expected 'connection'");
  for (const char* connection :
       {"host=db password=x", "host=db password = 'x'", "postgresql://u:x@db/s",
        "postgresql://u@db/s?password=x", "postgres://u:x@db1,db2/s"}) {
    Refused(with(absl::StrCat("connection: \"", connection, "\"")),
            "connection: the PostgreSQL connection string gives 'password', which does not belong");
  }
  Refused(with("connection: 'host=db sslpassword=x'"), "gives 'sslpassword', which does not");
  Refused(with("connection: 'host=db passwrod=x'"), "connection string cannot be read");
  for (const char* connection :
       {"host=db dbname=password_db", "host=password.example user=password", "host=db passfile=/p",
        "postgresql://password@db/password", "host=db password=''"}) {
    Taken(with(absl::StrCat("connection: \"", connection, "\"")));
  }
  Refused(with("connection: host=db, password: {}"), "expected either 'file' or 'env'");
  Refused(with("connection: host=db, password: {file: /p, env: P}"), "either 'file' or 'env'");
  Refused(with("connection: host=db, connections: 65"), "connections: expected a number");
  Taken(with("connection: 'postgresql://u@db:5432/s', password: {env: P}, connections: 64"));
}

TEST(Stores, AskADirectoryForOneUsersOwnEntry) {
  const auto with = [](const std::string& more, const std::string& store = "") {
    return "[{name: a, " + store + "ldap: {urls: ['ldaps://d'], base_dn: dc=x, " + more + "}}]";
  };
  Taken(with("filter: '(uid={user})'"));
  Refused("[{name: a, ldap: {base_dn: dc=x}}]", "stores[0].ldap: expected 'urls'");
  Refused("[{name: a, ldap: {urls: ['http://d'], base_dn: dc=x}}]", "expected ldap://, ldaps://");
  Refused("[{name: a, ldap: {urls: ['ldap://d']}}]", "expected 'base_dn'");
  Refused(with("bind_dn: cn=x"), "'bind_dn' and 'bind_password' go together");
  Refused(with("bind_password: {env: P}"), "'bind_dn' and 'bind_password' go together");
  Refused(with("filter: '(uid=x)'"), "ldap.filter: expected '{user}' in it");
  Refused(with("group_filter: '(member={dn})'"), "'group_base_dn' and 'group_filter' go together");
  Refused(with("group_base_dn: dc=g, group_filter: '(objectClass=groupOfNames)'"),
          "everybody would be in every group");
  Refused(with("tls: {cert_file: /c}"), "'cert_file' and 'key_file' go together");
  Refused(with("connections: 65"), "connections: expected a number");
}

TEST(Stores, KeepTenantsApartWhereTheySaySo) {
  const auto ldap = [](const std::string& more, const std::string& store) {
    return "[{name: a, " + store + "ldap: {urls: ['ldaps://d'], base_dn: dc=x, " + more + "}}]";
  };
  Refused(ldap("filter: '(uid={user})'", "per_tenant: true, "), "expected '{tenant}' in 'filter'");
  Refused(ldap("start_tls: true", "per_tenant: true, "), "expected '{tenant}' in 'filter'");
  Taken(ldap("filter: '(&(uid={user})(o={tenant}))'", "per_tenant: true, "));
  Refused(ldap("filter: '(&(uid={user})(o={tenant}))'", ""), "takes a store that is 'per_tenant");
  Refused(ldap("group_base_dn: dc=g, group_filter: '(&(m={dn})(o={tenant}))'", ""),
          "group_filter: '{tenant}' takes a store that is 'per_tenant");
  Refused("[{name: a, per_tenant: true, file: {path: /x}}]", "a file cannot keep tenants apart");
}

TEST(Stores, AskAWebhookOverTlsOnly) {
  const auto with = [](const std::string& url) {
    return "[{name: a, webhook: {url: '" + url + "'}}]";
  };
  Taken(with("https://hook.example/users"));
  Taken(with("http://localhost:8080/users"));
  Taken(with("http://127.0.0.1/users"));
  Taken(with("http://[::1]:8080/users"));
  Refused("[{name: a, webhook: {}}]", "stores[0].webhook: expected 'url'");
  for (const char* url :
       {"http://hook.example/", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/",
        "http://evil.example/127.0.0.1", "http://evil.example?localhost",
        "http://evil.example#[::1]", "http://evil.example\\localhost"}) {
    Refused(with(url), "http:// is for this machine only");
  }
  Refused(with("http://localhost@evil.example/"), "does not belong here");
  Refused(with("https://u:p@hook.example/"), "does not belong here");
  Refused(with("https:///users"), "expected a host");
  Refused(with("ftp://hook.example/"), "expected a URL that begins with https://");
  Refused(with("HTTP://hook.example/"), "expected a URL that begins with https://");
  Refused("[{name: a, webhook: {url: 'https://h', bearer_token: {}}}]", "either 'file' or 'env'");
  Refused("[{name: a, webhook: {url: 'https://h', max_concurrent: 4097}}]", "expected a number");
  Refused("[{name: a, webhook: {url: 'https://h', tls: {key_file: /k}}}]", "go together");
}

TEST(Stores, AreAskedOnceAndExist) {
  const auto with = [](const std::string& steps) {
    return "stores: [{name: main, sqlite: {path: /x}}, {name: other, sqlite: {path: /y}}]\n"
           "rules: {stores: " +
           steps + "}\n";
  };
  EXPECT_EQ(Error(with("[{store: main, on_outage: next}, {store: other}]")), "");
  EXPECT_NE(Error(with("[{store: main}, {store: main}]")).find("'main' is asked twice"),
            std::string::npos);
  EXPECT_NE(Error(with("[{store: mian}]")).find("no store 'mian'; did you mean 'main'?"),
            std::string::npos);
  EXPECT_NE(Error(with("[{on_outage: fail}]")).find("there is no store ''"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::policy
