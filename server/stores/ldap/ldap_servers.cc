#include "server/stores/ldap/ldap_servers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kShortestWait = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Seconds(5);

bool MayPass(int code) {
  return code < 0 || code == kLdapBusy || code == kLdapUnavailable || code == kLdapOther;
}

absl::Status RefusedLogin(const LdapUrl& url, const LdapLogin& login, const LdapReply& reply) {
  const std::string why =
      absl::StrCat(url.url, ": the bind as '", login.bind_dn, "': ", reply.message);
  if (MayPass(reply.code)) return absl::UnavailableError(why);
  return absl::InvalidArgumentError(
      absl::StrCat("bind_dn or bind_password is not what the server knows: ", why));
}

}  // namespace

absl::StatusOr<LdapConnection> LdapServers::Connect(const LdapLogin& login, absl::Time deadline) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  absl::Status why;
  for (size_t i = 0; i < urls_.size(); ++i) {
    // Those that follow must have their turn, too.
    const absl::Duration share = (deadline - absl::Now()) / static_cast<int64_t>(urls_.size() - i);
    auto connection = ConnectTo(urls_[i], login, absl::Now() + share);
    if (connection.ok()) return connection;
    // What is wrong for good tells more than that another server is down.
    if (why.ok() || !absl::IsUnavailable(connection.status())) why = connection.status();
  }
  Failed(why);
  return why;
}

absl::StatusOr<LdapConnection> LdapServers::ConnectTo(const LdapUrl& url, const LdapLogin& login,
                                                      absl::Time deadline) const {
  absl::StatusOr<LdapConnection> connection = LdapConnection::Open(url, tls_, deadline);
  if (absl::IsFailedPrecondition(connection.status())) {
    return absl::InvalidArgumentError(
        absl::StrCat("start_tls, which is true unless it is set to false, is refused: ",
                     connection.status().message()));
  }
  if (!connection.ok() || login.bind_dn.empty()) return connection;
  const absl::StatusOr<Secret> password = login.read_password();
  if (!password.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("bind_password: ", password.status().message()));
  }
  const LdapReply reply = connection->Bind(login.bind_dn, *password, deadline);
  if (reply.code != kLdapSuccess) return RefusedLogin(url, login, reply);
  return connection;
}

absl::Status LdapServers::Begin() {
  absl::MutexLock lock(&mutex_);
  if (why_down_.ok()) return absl::OkStatus();
  if (trying_ || absl::Now() < retry_at_) {
    return absl::UnavailableError(
        absl::StrCat("the directory is left alone for a while: ", why_down_.message()));
  }
  trying_ = true;
  return absl::OkStatus();
}

void LdapServers::Worked() {
  absl::MutexLock lock(&mutex_);
  why_down_ = absl::OkStatus();
  trying_ = false;
  step_ = absl::ZeroDuration();
  retry_at_ = absl::InfinitePast();
}

void LdapServers::Failed(const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  why_down_ = why;
  trying_ = false;
  // Others have noticed the same outage.
  if (absl::Now() < retry_at_) return;
  step_ = std::clamp(step_ * 2, kShortestWait, kLongestWait);
  retry_at_ = absl::Now() + step_ * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
}

}  // namespace sallyport::server
