#include "server/admin/set_password.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/admin/admin_conversion.h"
#include "server/admin/new_secrets.h"
#include "server/admin/store_answer.h"
#include "server/admin/user_place.h"

namespace sallyport::server {
namespace {

// The user as it is, whose password stays.
absl::StatusOr<std::shared_ptr<const Account>> FindPresent(const AdminCall& call,
                                                           const UserSubject& subject) {
  LookupResult account =
      AwaitLookup(call.context, *subject.place.store, subject.key.tenant, subject.key.name);
  if (account.ok() && *account == nullptr) return absl::NotFoundError("no such user");
  return account;
}

}  // namespace

absl::Status SetPassword(const AdminCall& call, const v1::SetPasswordRequest& request,
                         DerivationSlots& slots, audit::ChangeRecord* record, v1::User* response) {
  const absl::StatusOr<UserSubject> subject =
      FindSubject(*call.active, request.store(), request.tenant(), request.name(), record);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  const policy::CredentialRules& rules = call.active->policy->CredentialRulesOf(place.tenant);
  absl::StatusOr<absl::Duration> keep = ToDuration(request.keep_old_for());
  if (!keep.ok()) return keep.status();
  NewCredentials change;
  std::shared_ptr<const Account> present;
  if (*keep > absl::ZeroDuration()) {
    if (absl::Status status = CheckRotation(*keep, rules); !status.ok()) return status;
    auto account = FindPresent(call, *subject);
    if (!account.ok()) return account.status();
    present = *std::move(account);
    change.old_valid_until = absl::Now() + *keep;
    change.if_revision = present->revision;
    record->detail = absl::StrCat("the old one stays valid for ", absl::FormatDuration(*keep));
  }
  auto credentials =
      MakeCredentials(request.password(), {request.schemes().begin(), request.schemes().end()},
                      rules, present.get(), slots);
  if (!credentials.ok()) return credentials.status();
  change.credentials = *std::move(credentials);
  const absl::StatusOr<UserRecord> changed = place.directory().ReplaceCredentials(key, change);
  if (changed.ok()) *response = ToProto(*changed, place.store->name());
  return changed.status();
}

}  // namespace sallyport::server
