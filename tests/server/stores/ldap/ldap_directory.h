#ifndef SALLYPORT_TESTS_SERVER_STORES_LDAP_LDAP_DIRECTORY_H_
#define SALLYPORT_TESTS_SERVER_STORES_LDAP_LDAP_DIRECTORY_H_

// A directory with a store that reads it. In tests only. Not thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/ldap/ldap_backend.h"
#include "tests/server/stores/ldap/slapd.h"

namespace sallyport::server {

// LdifLine is "attribute:: " with the value in base64: for any bytes.
std::string LdifLine(std::string_view attribute, std::string_view value);

// DnOf is the DN in ou=people,dc=test of the entry of that uid. There is only one for all
// names of more than 200 bytes.
std::string DnOf(std::string_view uid);

// Person is the LDIF record of a user with a userPassword, and more lines.
std::string Person(std::string_view uid, std::string_view password, std::string_view more = "");

class LdapDirectory {
 public:
  // A failure to start is a test's failure.
  explicit LdapDirectory(const client::PemPair* certificate = nullptr);

  Slapd& slapd() { return *slapd_; }

  // Settings search as "cn=searcher,dc=test", or to read passwords as "cn=reader,dc=test",
  // without TLS.
  v1::LdapStore Settings(v1::LdapPasswords passwords = v1::LDAP_PASSWORDS_BIND) const;

  // Change is a test's failure where it fails.
  void Change(const std::string& ldif);

 private:
  std::unique_ptr<Slapd> slapd_;
};

// Options are for a store called "main", with 3 s for each answer.
LdapBackendOptions TestOptions();

// OpenLdap is a backend whose Create must succeed.
std::unique_ptr<LdapBackend> OpenLdap(const v1::LdapStore& settings,
                                      LdapBackendOptions options = TestOptions());

// WhyRefused is what Create says; a test's failure where it is not InvalidArgument.
std::string WhyRefused(const v1::LdapStore& settings, LdapBackendOptions options = TestOptions());

// WaitForRead is the backend's answer.
LookupResult WaitForRead(StoreBackend& backend, const std::string& name,
                         const std::string& tenant = "");

// MustRead is the account, which must be there; else a failed test, and an empty one.
std::shared_ptr<const Account> MustRead(StoreBackend& backend, const std::string& name);

// Ask is what a verifier says; kUnavailable and a failed test where there is none.
PasswordAnswer Ask(const std::shared_ptr<const PasswordVerifier>& verifier,
                   std::string_view password);

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_LDAP_LDAP_DIRECTORY_H_
