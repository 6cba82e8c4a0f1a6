#ifndef SALLYPORT_TESTS_KERBEROS_KDC_H_
#define SALLYPORT_TESTS_KERBEROS_KDC_H_

// A Kerberos realm of a test's own: MIT's KDC, on a free port of the loopback
// address, with its database in a scratch folder. Nothing of the machine's own
// Kerberos or DNS is used. In tests only. Not thread-safe.
//
//   const absl::StatusOr<std::unique_ptr<Kdc>> kdc = Kdc::Start();
//   (*kdc)->AddService("amqp/localhost");
//   (*kdc)->AddUser("alice", "wonderland");
//   const absl::StatusOr<std::string> tickets = (*kdc)->LogIn("alice", "wonderland");
//   (*kdc)->UseInThisProcess(*tickets);

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/kerberos/child_process.h"

namespace sallyport {

class Kdc {
 public:
  // Start makes a realm and waits until its KDC serves. Failures, of this and of
  // the other calls, say what the program said. The KDC ends with the thread that
  // called Start, if it is not destroyed before.
  static absl::StatusOr<std::unique_ptr<Kdc>> Start(std::string realm = "TEST.REALM");

  // Destroying the realm stops the KDC and removes the folder.
  ~Kdc();
  Kdc(const Kdc&) = delete;
  Kdc& operator=(const Kdc&) = delete;

  // AddUser adds a principal with a password: "alice", or "alice/admin".
  absl::Status AddUser(const std::string& name, const std::string& password);

  // AddService adds a principal with a random key, such as "amqp/localhost", and
  // its key to keytab().
  absl::Status AddService(const std::string& name);

  // LogIn has kinit get a ticket for a user, and
  // returns the name of a new credential cache with nothing else in it. Internal
  // where the KDC or the password refuses.
  absl::StatusOr<std::string> LogIn(const std::string& name, const std::string& password);

  const std::string& realm() const { return realm_; }
  // keytab is the file with the services' keys; there is none before AddService.
  std::string keytab() const { return InFolder("keytab"); }

  // Environment is what a program needs to use the realm: as a service, and as the
  // client whose tickets are in the cache `tickets`. Empty: as no client.
  ProgramEnvironment Environment(const std::string& tickets = "") const;

  // UseInThisProcess adds Environment to the process's own.
  void UseInThisProcess(const std::string& tickets = "") const;

 private:
  Kdc(std::string realm, std::string folder);

  std::string InFolder(std::string_view name) const;
  absl::Status WriteConfiguration(int port) const;
  absl::Status Serve();
  ProgramEnvironment AdminEnvironment() const;
  absl::Status RunKadmin(std::initializer_list<std::string> query);

  const std::string realm_;
  const std::string folder_;
  std::unique_ptr<ChildProcess> server_;
  int caches_ = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_KERBEROS_KDC_H_
