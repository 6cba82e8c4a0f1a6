#include "server/login/broker_session.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

constexpr auto kStream = BrokerUsage::Kind::kStream;

}  // namespace

BrokerSession::BrokerSession(const PolicySource& policies, policy::BrokerIdentity identity)
    : policies_(&policies),
      identity_(std::move(identity)),
      scope_(std::make_shared<const BrokerScope>(policies.Current(), identity_)) {}

std::variant<std::string, BrokerSession> BrokerSession::Begin(const PolicySource& policies,
                                                              policy::BrokerIdentity identity) {
  BrokerSession session(policies, std::move(identity));
  const BrokerScope& scope = *session.scope_;
  if (scope.usage == nullptr) return session;
  auto lease = BrokerUsage::TryHold(scope.usage, kStream, scope.broker->quotas().max_streams);
  if (!lease) {
    return absl::StrCat("the broker '", scope.broker->name(),
                        "' is over its quota 'max_streams'; share streams between connections");
  }
  session.lease_ = *std::move(lease);
  return session;
}

const std::shared_ptr<const BrokerScope>& BrokerSession::Scope() {
  if (scope_->active->serial == policies_->serial()) return scope_;
  const std::shared_ptr<BrokerUsage> before = scope_->usage;
  scope_ = std::make_shared<const BrokerScope>(policies_->Current(), identity_);
  if (scope_->usage == before) return scope_;
  lease_ =
      scope_->usage == nullptr ? BrokerUsage::Lease() : BrokerUsage::Hold(scope_->usage, kStream);
  return scope_;
}

}  // namespace sallyport::server
