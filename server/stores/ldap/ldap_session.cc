#include "server/stores/ldap/ldap_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::server {

absl::StatusOr<LdapReply> LdapSession::Run(absl::FunctionRef<LdapReply(LdapConnection&)> request,
                                           absl::Time deadline) {
  if (absl::Now() - last_used_ > max_idle_) connection_.reset();
  while (true) {
    const bool reused = connection_.has_value();
    if (!reused) {
      absl::StatusOr<LdapConnection> opened = servers_->Connect(login_, deadline);
      if (!opened.ok()) return opened.status();
      connection_ = *std::move(opened);
    }
    LdapReply reply = request(*connection_);
    last_used_ = absl::Now();
    if (!reply.failed()) {
      servers_->Worked();
      return reply;
    }
    connection_.reset();
    if (reused && reply.lost) continue;
    const absl::Status why =
        absl::UnavailableError(absl::StrCat("the directory does not answer: ", reply.message));
    servers_->Failed(why);
    return why;
  }
}

}  // namespace sallyport::server
