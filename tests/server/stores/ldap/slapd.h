#ifndef SALLYPORT_TESTS_SERVER_STORES_LDAP_SLAPD_H_
#define SALLYPORT_TESTS_SERVER_STORES_LDAP_SLAPD_H_

// OpenLDAP's server with a directory of a test's own: on free ports of the loopback address
// and a Unix socket, in a scratch folder. "cn=searcher,dc=test" (password "search") may
// read everything but passwords, "cn=reader,dc=test" (password "read") those as well;
// nobody else may read anything. In tests only. Not thread-safe.

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/client/test_certificates.h"
#include "tests/kerberos/child_process.h"

namespace sallyport::server {

class Slapd {
 public:
  // Start makes the directory and waits until it is served. With a `certificate` it is
  // served over TLS, too.
  static absl::StatusOr<std::unique_ptr<Slapd>> Start(
      const client::PemPair* certificate = nullptr);

  // Destroying it stops the server and removes the folder.
  ~Slapd();
  Slapd(const Slapd&) = delete;
  Slapd& operator=(const Slapd&) = delete;

  int port() const { return port_; }
  std::string url() const;
  // tls_url serves TLS from the first byte on.
  std::string tls_url() const;
  std::string socket_url() const;

  // Change makes the changes of an LDIF text, as the directory's root. A record without
  // "changetype" is added.
  absl::Status Change(const std::string& ldif) const;

  // Stop ends the server, and Restart starts it anew, at the same addresses.
  void Stop();
  absl::Status Restart();
  // Freeze stops it from doing anything, its sockets open, and Thaw lets it go on.
  void Freeze() const;
  void Thaw() const;

  // Logged is how many lines of the server's log have `text` in them.
  int Logged(std::string_view text) const;

 private:
  explicit Slapd(std::string folder) : folder_(std::move(folder)) {}

  std::string InFolder(std::string_view name) const;
  absl::Status Configure(const client::PemPair* certificate) const;
  absl::Status Populate() const;
  // Waits until the server can be connected to, or has ended.
  bool AwaitServing() const;
  absl::Status Run();

  const std::string folder_;
  bool tls_ = false;
  int port_ = 0;
  int tls_port_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_LDAP_SLAPD_H_
