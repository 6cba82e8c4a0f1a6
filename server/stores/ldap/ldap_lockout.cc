#include "server/stores/ldap/ldap_lockout.h"

#include <cstdint>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sallyport::server {
namespace {

constexpr char kLockedTime[] = "pwdAccountLockedTime";
constexpr char kAccountLock[] = "nsAccountLock";
constexpr char kShadowExpire[] = "shadowExpire";

// Until an administrator takes it away.
constexpr std::string_view kLockedForGood = "000001010000Z";

absl::string_view TextOf(const Secret& value) { return {value.view().data(), value.size()}; }

// Days since 1970, below zero: never.
void ReadExpiry(const Secret& value, Account* account) {
  int64_t days = 0;
  if (!absl::SimpleAtoi(TextOf(value), &days)) {
    account->disabled = true;
  } else if (days >= 0 && days <= std::numeric_limits<int32_t>::max()) {
    account->expires_at = absl::UnixEpoch() + days * absl::Hours(24);
  }
}

}  // namespace

const std::vector<std::string>& LdapLockoutAttributes() {
  static const std::vector<std::string>* const names =
      new std::vector<std::string>{kLockedTime, kAccountLock, kShadowExpire};
  return *names;
}

void ReadLdapLockout(const LdapEntry& entry, bool by_bind, Account* account) {
  for (const Secret& value : entry.Values(kLockedTime)) {
    if (!by_bind || value.view() == kLockedForGood) account->disabled = true;
  }
  for (const Secret& value : entry.Values(kAccountLock)) {
    if (!absl::EqualsIgnoreCase(TextOf(value), "false")) account->disabled = true;
  }
  for (const Secret& value : entry.Values(kShadowExpire)) ReadExpiry(value, account);
}

}  // namespace sallyport::server
