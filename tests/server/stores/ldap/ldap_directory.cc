#include "tests/server/stores/ldap/ldap_directory.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"

namespace sallyport::server {
namespace {

constexpr char kPassword[] = "SALLYPORT_TEST_LDAP_PASSWORD_";

absl::string_view Text(std::string_view text) { return {text.data(), text.size()}; }

// A reference to a password that is in the environment.
v1::SecretReference PasswordOf(const std::string& name, const std::string& password) {
  v1::SecretReference reference;
  reference.set_env(kPassword + name);
  setenv(reference.env().c_str(), password.c_str(), /*overwrite=*/1);
  return reference;
}

}  // namespace

std::string LdifLine(std::string_view attribute, std::string_view value) {
  return absl::StrCat(Text(attribute), ":: ", absl::Base64Escape(Text(value)), "\n");
}

std::string DnOf(std::string_view uid) {
  // The database has no room for a longer one in a DN.
  if (uid.size() > 200) return "cn=person,ou=people,dc=test";
  std::string escaped;
  for (const unsigned char c : uid) absl::StrAppend(&escaped, "\\", absl::Hex(c, absl::kZeroPad2));
  return absl::StrCat("uid=", escaped, ",ou=people,dc=test");
}

std::string Person(std::string_view uid, std::string_view password, std::string_view more) {
  return absl::StrCat("dn: ", DnOf(uid), "\nobjectClass: inetOrgPerson\n",
                      "objectClass: authPasswordObject\ncn: person\nsn: person\n",
                      LdifLine("uid", uid), LdifLine("userPassword", password), Text(more), "\n");
}

LdapDirectory::LdapDirectory(const client::PemPair* certificate) {
  signal(SIGPIPE, SIG_IGN);
  auto slapd = Slapd::Start(certificate);
  EXPECT_TRUE(slapd.ok()) << slapd.status();
  slapd_ = *std::move(slapd);
}

v1::LdapStore LdapDirectory::Settings(v1::LdapPasswords passwords) const {
  v1::LdapStore settings;
  settings.add_urls(slapd_->url());
  settings.set_start_tls(false);
  settings.set_passwords(passwords);
  const bool reads = passwords == v1::LDAP_PASSWORDS_READ;
  settings.set_bind_dn(reads ? "cn=reader,dc=test" : "cn=searcher,dc=test");
  *settings.mutable_bind_password() =
      reads ? PasswordOf("READER", "read") : PasswordOf("SEARCHER", "search");
  settings.set_base_dn("ou=people,dc=test");
  return settings;
}

void LdapDirectory::Change(const std::string& ldif) {
  const absl::Status status = slapd_->Change(ldif);
  ASSERT_TRUE(status.ok()) << status;
}

LdapBackendOptions TestOptions() { return {.store = "main", .timeout = absl::Seconds(3)}; }

std::unique_ptr<LdapBackend> OpenLdap(const v1::LdapStore& settings, LdapBackendOptions options) {
  auto backend = LdapBackend::Create(settings, std::move(options));
  if (backend.ok()) return *std::move(backend);
  ADD_FAILURE() << backend.status();
  return nullptr;
}

std::string WhyRefused(const v1::LdapStore& settings, LdapBackendOptions options) {
  const auto backend = LdapBackend::Create(settings, std::move(options));
  EXPECT_EQ(backend.status().code(), absl::StatusCode::kInvalidArgument) << backend.status();
  return std::string(backend.status().message());
}

LookupResult WaitForRead(StoreBackend& backend, const std::string& name,
                         const std::string& tenant) {
  absl::Notification answered;
  LookupResult answer = absl::InternalError("no answer");
  backend.Read({.tenant = tenant, .name = name}, [&](LookupResult result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

std::shared_ptr<const Account> MustRead(StoreBackend& backend, const std::string& name) {
  const LookupResult result = WaitForRead(backend, name);
  EXPECT_TRUE(result.ok()) << result.status();
  if (result.ok() && *result != nullptr) return *result;
  ADD_FAILURE() << "there is no user '" << name << "'";
  return std::make_shared<Account>();
}

PasswordAnswer Ask(const std::shared_ptr<const PasswordVerifier>& verifier,
                   std::string_view password) {
  if (verifier == nullptr) {
    ADD_FAILURE() << "there is no verifier";
    return PasswordAnswer::kUnavailable;
  }
  absl::Notification answered;
  PasswordAnswer answer = PasswordAnswer::kUnavailable;
  verifier->Verify(Secret(password), [&](PasswordAnswer said) {
    answer = said;
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace sallyport::server
