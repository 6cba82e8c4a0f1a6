#include "server/stores/ldap/ldap_account_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process/log.h"
#include "server/stores/ldap/ldap_credentials.h"
#include "server/stores/ldap/ldap_lockout.h"
#include "server/stores/ldap/ldap_text.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

// One more than there may be.
constexpr int kUserLimit = 2;
constexpr int kGroupLimit = 1000;

// RFC 4511 section 4.5.1.8.
constexpr char kNoAttributes[] = "1.1";

// A search's entries. Too many for its limit is the caller's to judge.
absl::StatusOr<LdapReply> Search(LdapSession& session, const LdapSearch& search,
                                 absl::Time deadline) {
  absl::StatusOr<LdapReply> reply = session.Run(
      [&](LdapConnection& connection) { return connection.Search(search, deadline); }, deadline);
  if (!reply.ok()) return absl::UnavailableError(reply.status().message());
  if (reply->code == kLdapSuccess || reply->code == kLdapSizeLimitExceeded) return reply;
  return absl::UnavailableError(absl::StrCat("the search under '", search.base, "' for ",
                                             search.filter, " failed: ", reply->message));
}

void AddGroup(std::optional<std::string> name, Account* account) {
  std::vector<std::string>& groups = account->groups;
  if (!name || std::find(groups.begin(), groups.end(), *name) != groups.end()) return;
  groups.push_back(*std::move(name));
}

template <typename Names>
void Append(const Names& names, std::vector<std::string>* to) {
  to->insert(to->end(), names.begin(), names.end());
}

}  // namespace

LdapAccountReader::LdapAccountReader(std::string store, const LdapSettings& settings,
                                     MakeVerifier make_verifier)
    : store_(std::move(store)),
      settings_(settings),
      make_verifier_(std::move(make_verifier)),
      attributes_(settings.naming.attributes()) {
  Append(LdapLockoutAttributes(), &attributes_);
  if (!settings.by_bind) Append(LdapCredentialAttributes(), &attributes_);
  Append(settings.group_attributes, &attributes_);
  for (const auto& [theirs, ours] : settings.attributes) attributes_.push_back(theirs);
}

LookupResult LdapAccountReader::Read(LdapSession& session, const UserKey& user,
                                     absl::Time deadline) const {
  const absl::StatusOr<LdapReply> reply =
      Search(session,
             {.base = settings_.base_dn,
              .scope = settings_.scope,
              .filter = settings_.filter.Fill({.user = user.name, .tenant = user.tenant}),
              .attributes = attributes_,
              .size_limit = kUserLimit},
             deadline);
  if (!reply.ok()) return reply.status();
  if (reply->entries.size() > 1 || reply->code == kLdapSizeLimitExceeded) {
    process::Log(LogLevel::kError,
                 "several entries match one user: nobody is let in as any of them",
                 {{"store", store_},
                  {"authentication_id", user.name},
                  {"base_dn", settings_.base_dn},
                  {"filter", settings_.filter.text()}});
    return absl::FailedPreconditionError("several entries of the directory match the user");
  }
  if (reply->entries.empty()) return nullptr;
  return ReadEntry(session, user, reply->entries.front(), deadline);
}

LookupResult LdapAccountReader::ReadEntry(LdapSession& session, const UserKey& user,
                                          const LdapEntry& entry, absl::Time deadline) const {
  switch (settings_.naming.Judge(entry, user.name, user.tenant)) {
    case LdapNaming::Verdict::kSame:
      break;
    case LdapNaming::Verdict::kOther:
      process::Log(LogLevel::kDebug, "an entry matches the name, and spells it in another way",
                   {{"store", store_}, {"authentication_id", user.name}, {"dn", entry.dn()}});
      return nullptr;
    case LdapNaming::Verdict::kHidden:
      return absl::UnavailableError(absl::StrCat("the entries do not show the attribute that ",
                                                 settings_.filter.text(),
                                                 " compares: bind_dn must be allowed to read it"));
  }
  auto account = std::make_shared<Account>();
  account->authentication_id = user.name;
  account->tenant = user.tenant;
  ReadLdapLockout(entry, settings_.by_bind, account.get());
  for (const std::string& attribute : settings_.group_attributes) {
    for (const Secret& value : entry.Values(attribute)) {
      AddGroup(LdapGroupName(value), account.get());
    }
  }
  for (const auto& [theirs, ours] : settings_.attributes) {
    const std::vector<Secret>& values = entry.Values(theirs);
    std::optional<std::string> text;
    if (!values.empty()) text = LdapText(values.front());
    if (text) account->attributes[ours] = *std::move(text);
  }
  if (!settings_.group_base_dn.empty()) {
    const LdapFilterValues values = {.user = user.name, .tenant = user.tenant, .dn = entry.dn()};
    absl::Status status = SearchGroups(session, values, deadline, account.get());
    if (!status.ok()) return status;
  }
  if (settings_.by_bind) {
    account->password_verifier = make_verifier_(entry.dn());
  } else {
    ReadCredentials(entry, account.get());
  }
  return account;
}

void LdapAccountReader::ReadCredentials(const LdapEntry& entry, Account* account) const {
  for (const std::string& attribute : LdapCredentialAttributes()) {
    for (const Secret& value : entry.Values(attribute)) {
      absl::StatusOr<Credential> credential = ParseLdapCredential(attribute, value.view());
      if (credential.ok()) {
        account->credentials.push_back({*std::move(credential), std::nullopt});
        continue;
      }
      process::Log(LogLevel::kError, "stored credential skipped",
                   {{"store", store_},
                    {"authentication_id", account->authentication_id},
                    {"attribute", attribute},
                    {"error", credential.status().message()}});
    }
  }
}

absl::Status LdapAccountReader::SearchGroups(LdapSession& session, const LdapFilterValues& values,
                                             absl::Time deadline, Account* account) const {
  const absl::StatusOr<LdapReply> reply = Search(session,
                                                 {.base = settings_.group_base_dn,
                                                  .filter = settings_.group_filter.Fill(values),
                                                  .attributes = {settings_.group_name},
                                                  .size_limit = kGroupLimit},
                                                 deadline);
  if (!reply.ok()) return reply.status();
  if (reply->code == kLdapSizeLimitExceeded) {
    process::Log(LogLevel::kError, "a user is in more groups than may be: nobody is let in",
                 {{"store", store_}, {"authentication_id", values.user}, {"limit", kGroupLimit}});
    return absl::FailedPreconditionError("the user is in too many groups");
  }
  for (const LdapEntry& group : reply->entries) {
    for (const Secret& value : group.Values(settings_.group_name)) {
      AddGroup(LdapText(value), account);
    }
  }
  return absl::OkStatus();
}

absl::Status LdapAccountReader::Check(LdapSession& session, absl::Time deadline) const {
  absl::Status status = CheckBase(session, "base_dn", settings_.base_dn, deadline);
  if (!status.ok() || settings_.group_base_dn.empty()) return status;
  return CheckBase(session, "group_base_dn", settings_.group_base_dn, deadline);
}

absl::Status LdapAccountReader::CheckBase(LdapSession& session, const char* key,
                                          const std::string& dn, absl::Time deadline) const {
  const LdapSearch search = {.base = dn,
                             .scope = LdapScope::kBase,
                             .filter = "(objectClass=*)",
                             .attributes = {kNoAttributes},
                             .size_limit = 1};
  const absl::StatusOr<LdapReply> reply = session.Run(
      [&](LdapConnection& connection) { return connection.Search(search, deadline); }, deadline);
  if (!reply.ok()) return reply.status();
  if (reply->code == kLdapSuccess) return absl::OkStatus();
  const std::string why = absl::StrCat(key, ": the server says of '", dn, "': ", reply->message);
  if (reply->code != kLdapNoSuchObject && reply->code != kLdapInvalidDnSyntax &&
      reply->code != kLdapInsufficientAccessRights) {
    return absl::UnavailableError(why);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(why, "; name an entry that is there and that bind_dn may see"));
}

}  // namespace sallyport::server
