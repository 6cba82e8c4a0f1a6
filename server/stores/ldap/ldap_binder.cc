#include "server/stores/ldap/ldap_binder.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

enum class Verdict { kRight, kWrong, kRefused, kUnknown };

Verdict VerdictOf(int code) {
  switch (code) {
    case kLdapSuccess:
      return Verdict::kRight;
    case kLdapInvalidCredentials:
    // The entry is gone, or has no password.
    case kLdapNoSuchObject:
    case kLdapInappropriateAuthentication:
      return Verdict::kWrong;
    // What some servers say of users who are locked out or disabled.
    case kLdapConstraintViolation:
    case kLdapUnwillingToPerform:
      return Verdict::kRefused;
    default:
      return Verdict::kUnknown;
  }
}

}  // namespace

LdapBinder::LdapBinder(std::string store, std::vector<std::unique_ptr<LdapSession>> sessions,
                       LdapBinderLimits limits)
    : store_(std::move(store)),
      limits_(limits),
      outages_(absl::StrCat(store_, " (binds as users)")),
      pool_(std::make_unique<Pool>(std::move(sessions))) {}

void LdapBinder::Check(const std::string& dn, const Secret& password, bool decoy,
                       PasswordVerifier::Done done) {
  if (dn.empty() || password.empty()) return std::move(done)(PasswordAnswer::kWrong);
  if (waiting_.fetch_add(1) >= limits_.max_waiting) {
    waiting_.fetch_sub(1);
    return std::move(done)(PasswordAnswer::kUnavailable);
  }
  const absl::Time deadline = absl::Now() + limits_.timeout;
  {
    absl::MutexLock lock(&mutex_);
    if (pool_ != nullptr) {
      pool_->Run([this, dn, password, decoy, deadline,
                  done = std::move(done)](LdapSession* session) mutable {
        const PasswordAnswer answer = Ask(session, dn, password, decoy, deadline);
        waiting_.fetch_sub(1);
        std::move(done)(answer);
      });
      return;
    }
  }
  waiting_.fetch_sub(1);
  std::move(done)(PasswordAnswer::kUnavailable);
}

PasswordAnswer LdapBinder::Ask(LdapSession* session, const std::string& dn, const Secret& password,
                               bool decoy, absl::Time deadline) {
  if (session == nullptr || absl::Now() >= deadline) return PasswordAnswer::kUnavailable;
  const absl::StatusOr<LdapReply> reply = session->Run(
      [&](LdapConnection& connection) { return connection.Bind(dn, password, deadline); },
      deadline);
  if (!reply.ok()) {
    outages_.Report(reply.status());
    return PasswordAnswer::kUnavailable;
  }
  if (decoy) return PasswordAnswer::kWrong;
  const Verdict verdict = VerdictOf(reply->code);
  if (verdict == Verdict::kUnknown) {
    outages_.Report(absl::UnavailableError(absl::StrCat("binds as users fail: ", reply->message)));
    return PasswordAnswer::kUnavailable;
  }
  outages_.Report(absl::OkStatus());
  if (verdict == Verdict::kRefused) {
    process::Log(process::LogLevel::kWarning,
                 "the directory refuses a user for another reason than a "
                 "wrong password",
                 {{"store", store_}, {"dn", dn}, {"error", reply->message}});
  }
  return verdict == Verdict::kRight ? PasswordAnswer::kRight : PasswordAnswer::kWrong;
}

void LdapBinder::AddSessions(size_t* busy, size_t* idle) {
  absl::MutexLock lock(&mutex_);
  if (pool_ == nullptr) return;
  *busy += pool_->busy();
  *idle += pool_->idle();
}

void LdapBinder::Close() {
  std::unique_ptr<Pool> pool;
  absl::MutexLock lock(&mutex_);
  pool.swap(pool_);
}

}  // namespace sallyport::server
