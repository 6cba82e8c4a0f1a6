// The suites, over OpenLDAP's server.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/server/stores/credential_store_suite.h"
#include "tests/server/stores/ldap/ldap_directory.h"
#include "tests/server/stores/store_outage_suite.h"

namespace sallyport::server {
namespace {

struct Kind {
  v1::LdapPasswords passwords = v1::LDAP_PASSWORDS_BIND;
  bool per_tenant = false;
  // Groups by an attribute of the user; else by a search.
  bool member_of = false;
  // What an outage is.
  bool freezes = false;
};

std::string DnOfUser(const UserKey& user) {
  if (user.tenant.empty() || user.name.size() > 200) return DnOf(user.name);
  return absl::StrCat("o=", user.tenant, "+", DnOf(user.name));
}

std::string PasswordLines(const std::vector<Credential>& credentials, bool as_stored) {
  std::string lines;
  for (const Credential& credential : credentials) {
    const auto* cleartext = std::get_if<Cleartext>(&credential);
    if (cleartext != nullptr && !as_stored) {
      lines += LdifLine("userPassword", cleartext->password.view());
    } else {
      lines +=
          LdifLine(std::holds_alternative<ScramKeys>(credential) ? "authPassword" : "userPassword",
                   FormatCredential(credential));
    }
  }
  return lines;
}

std::string UserRecordOf(const NewUser& user, bool as_stored) {
  std::string record =
      absl::StrCat("dn: ", DnOfUser(user.key),
                   "\nobjectClass: inetOrgPerson\nobjectClass: authPasswordObject\n"
                   "cn: person\nsn: person\n",
                   LdifLine("uid", user.key.name), PasswordLines(user.credentials, as_stored));
  if (!user.key.tenant.empty()) record += LdifLine("o", user.key.tenant);
  for (const auto& [name, value] : user.attributes) record += LdifLine(name, value);
  if (user.disabled) record += "nsAccountLock: TRUE\n";
  return record + "\n";
}

void Add(LdapDirectory& directory, const NewUser& user, bool as_stored) {
  directory.Change(UserRecordOf(user, as_stored));
  for (const std::string& group : user.groups) {
    directory.Change(absl::StrCat(LdifLine("dn", absl::StrCat("cn=", group, ",ou=groups,dc=test")),
                                  "objectClass: groupOfNames\n", LdifLine("cn", group),
                                  "member: ", DnOfUser(user.key), "\n\n"));
  }
}

// Of a directory that compares names without case and without regard to blanks.
bool CanHold(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](unsigned char c) { return isupper(c) != 0; }) &&
         name.find("  ") == std::string_view::npos && !name.starts_with(' ') &&
         !name.ends_with(' ');
}

StoreUnderTest Make(Kind kind) {
  auto directory = std::make_shared<LdapDirectory>();
  v1::LdapStore settings = directory->Settings(kind.passwords);
  if (kind.per_tenant) settings.set_filter("(&(uid={user})(o={tenant}))");
  if (kind.member_of) {
    settings.add_group_attributes("memberOf");
  } else {
    settings.set_group_base_dn("ou=groups,dc=test");
    settings.set_group_filter("(member={dn})");
  }
  (*settings.mutable_attributes())["mail"] = "mail";
  (*settings.mutable_attributes())["title"] = "title";
  // An outage that hangs lasts as long.
  const absl::Duration timeout = kind.freezes ? absl::Seconds(3) : absl::Seconds(5);
  CredentialStoreOptions options{.name = "main", .per_tenant = kind.per_tenant, .timeout = timeout};
  auto store = CredentialStore::Create(std::move(options), [&](StoreChanges&) {
    return LdapBackend::Create(
        settings, {.store = "main", .per_tenant = kind.per_tenant, .timeout = timeout});
  });
  EXPECT_TRUE(store.ok()) << store.status();
  const bool reads = kind.passwords == v1::LDAP_PASSWORDS_READ;
  StoreUnderTest under_test{.owner = directory, .store = *std::move(store)};
  LdapDirectory* const raw = directory.get();
  under_test.add = [raw, reads](const NewUser& user) { Add(*raw, user, reads); };
  under_test.change = [raw, reads](const UserKey& user,
                                   const std::vector<Credential>& credentials) {
    raw->Change(absl::StrCat("dn: ", DnOfUser(user),
                             "\nchangetype: modify\nreplace: userPassword\n",
                             PasswordLines(credentials, reads), "\n"));
  };
  under_test.has_credentials = reads;
  // Only by the day.
  under_test.has_user_expiry = false;
  under_test.can_hold = CanHold;
  if (kind.freezes) {
    under_test.stop = [raw] { raw->slapd().Freeze(); };
    under_test.start = [raw] { raw->slapd().Thaw(); };
  } else {
    under_test.stop = [raw] { raw->slapd().Stop(); };
    under_test.start = [raw] {
      const absl::Status status = raw->slapd().Restart();
      ASSERT_TRUE(status.ok()) << status;
    };
  }
  return under_test;
}

constexpr auto kRead = v1::LDAP_PASSWORDS_READ;
StoreUnderTest MakeBinding() { return Make({}); }
StoreUnderTest MakeBindingPerTenant() { return Make({.per_tenant = true, .member_of = true}); }
StoreUnderTest MakeReading() { return Make({.passwords = kRead, .member_of = true}); }
StoreUnderTest MakeReadingPerTenant() { return Make({.passwords = kRead, .per_tenant = true}); }
StoreUnderTest MakeHanging() { return Make({.freezes = true}); }

INSTANTIATE_TEST_SUITE_P(LdapBind, CredentialStoreSuite, testing::Values(&MakeBinding));
INSTANTIATE_TEST_SUITE_P(LdapBindPerTenant, CredentialStoreSuite,
                         testing::Values(&MakeBindingPerTenant));
INSTANTIATE_TEST_SUITE_P(LdapRead, CredentialStoreSuite, testing::Values(&MakeReading));
INSTANTIATE_TEST_SUITE_P(LdapReadPerTenant, CredentialStoreSuite,
                         testing::Values(&MakeReadingPerTenant));
INSTANTIATE_TEST_SUITE_P(LdapGone, StoreOutageSuite, testing::Values(&MakeReading));
INSTANTIATE_TEST_SUITE_P(LdapGoneBind, StoreOutageSuite, testing::Values(&MakeBinding));
INSTANTIATE_TEST_SUITE_P(LdapHangs, StoreOutageSuite, testing::Values(&MakeHanging));

}  // namespace
}  // namespace sallyport::server
