#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_SERVERS_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_SERVERS_H_

// The servers of a directory: they are tried in order, and while none answers they are
// left alone for growing times, during which whoever wants one is refused at once. One
// at a time then tries again. Thread-safe.

#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/stores/ldap/ldap_connection.h"

namespace sallyport::server {

// LdapLogin is how a connection says who we are.
struct LdapLogin {
  // Empty: not at all.
  std::string bind_dn;
  // Called for each connection.
  std::function<absl::StatusOr<Secret>()> read_password;
};

class LdapServers {
 public:
  // `urls` are at least one.
  LdapServers(std::vector<LdapUrl> urls, LdapTls tls)
      : urls_(std::move(urls)), tls_(std::move(tls)) {}

  // Connect is a connection to the first server that lets us in. Whoever has one must say,
  // by Worked or Failed, what became of its first request. Unavailable where no server
  // answers; InvalidArgument where one refuses us for good: `login`, or what the server
  // lacks, is wrong.
  absl::StatusOr<LdapConnection> Connect(const LdapLogin& login, absl::Time deadline);

  // Worked: a server answered a request.
  void Worked();

  // Failed: it did not, for the reason `why`.
  void Failed(const absl::Status& why);

 private:
  // Takes the turn to try, or says why nobody may.
  absl::Status Begin();
  absl::StatusOr<LdapConnection> ConnectTo(const LdapUrl& url, const LdapLogin& login,
                                           absl::Time deadline) const;

  const std::vector<LdapUrl> urls_;
  const LdapTls tls_;
  absl::Mutex mutex_;
  // OK while servers answer.
  absl::Status why_down_ ABSL_GUARDED_BY(mutex_);
  // Whether somebody tries a directory that was down.
  bool trying_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration step_ ABSL_GUARDED_BY(mutex_);
  absl::Time retry_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::minstd_rand random_ ABSL_GUARDED_BY(mutex_){std::random_device{}()};
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_SERVERS_H_
