#include "ctl/import/ldif.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/stored_form.h"
#include "ctl/import/ldap_name.h"
#include "ctl/import/ldif_reader.h"
#include "ctl/import/user_list.h"

namespace sallyport::ctl {
namespace {

// An entry's values of an attribute.
std::vector<std::string_view> ValuesOf(const LdifRecord& record, absl::string_view attribute) {
  std::vector<std::string_view> values;
  for (const LdifValue& value : record.values) {
    if (absl::EqualsIgnoreCase(value.attribute, attribute)) values.push_back(value.value.view());
  }
  return values;
}

bool HasClass(const LdifRecord& record, std::initializer_list<absl::string_view> classes) {
  for (const std::string_view value : ValuesOf(record, "objectClass")) {
    for (const absl::string_view name : classes) {
      if (absl::EqualsIgnoreCase(absl::string_view(value.data(), value.size()), name)) return true;
    }
  }
  return false;
}

bool IsLocked(const LdifRecord& record) {
  constexpr uint32_t kAccountDisable = 2;
  if (!ValuesOf(record, "pwdAccountLockedTime").empty()) return true;
  for (const std::string_view value : ValuesOf(record, "nsAccountLock")) {
    if (!absl::EqualsIgnoreCase(absl::string_view(value.data(), value.size()), "false")) {
      return true;
    }
  }
  for (const std::string_view value : ValuesOf(record, "userAccountControl")) {
    uint32_t flags = 0;
    if (!absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &flags)) return true;
    if ((flags & kAccountDisable) != 0) return true;
  }
  return false;
}

absl::StatusOr<Credential> ParseUserPassword(std::string_view value) {
  if (value.starts_with('{')) return ParseCredential(value);
  if (value.starts_with('$')) {
    return absl::InvalidArgumentError(
        "a userPassword looks like a hash of crypt(3) and lacks {CRYPT}, without which it is a "
        "password in the clear; add it");
  }
  if (value.empty()) return absl::InvalidArgumentError("a userPassword is empty");
  return Cleartext{Secret(value)};
}

absl::StatusOr<Credential> ParseAuthPassword(std::string_view value) {
  if (value.starts_with('{')) {
    return absl::InvalidArgumentError("an authPassword has the form of a userPassword");
  }
  return ParseCredential(value);
}

// DirectoryImport gathers users and groups, and then who is in which.
class DirectoryImport {
 public:
  DirectoryImport(const std::string& path, const LdifOptions& options)
      : path_(path), options_(options) {}

  void Take(size_t line, const absl::StatusOr<LdifRecord>& record) {
    const std::string place = absl::StrCat(path_, ":", line);
    if (!record.ok()) {
      users_.Problem(place, record.status());
    } else if (HasClass(*record, {"groupOfNames", "groupOfUniqueNames", "posixGroup"})) {
      users_.Problem(place, TakeGroup(*record));
    } else if (!ValuesOf(*record, options_.name_attribute).empty()) {
      users_.Problem(place, TakeUser(*record, place));
    } else if (!ValuesOf(*record, "userPassword").empty() ||
               !ValuesOf(*record, "authPassword").empty()) {
      users_.Problem(place, absl::StrCat("the entry has a password and no ",
                                         options_.name_attribute, ", and is left out"));
    }
  }

  Import Finish() && {
    for (size_t i = 0; i < users_.size(); ++i) {
      ImportedUser& user = users_.user(i);
      for (const std::string& group : groups_of_dn_[dns_[i]]) {
        users_.Problem(user.place, user.AddGroup(group));
      }
      for (const std::string& group : groups_of_uid_[uids_[i]]) {
        users_.Problem(user.place, user.AddGroup(group));
      }
    }
    return std::move(users_).Finish();
  }

 private:
  using Groups = absl::flat_hash_map<std::string, std::vector<std::string>>;

  absl::Status TakeGroup(const LdifRecord& record) {
    const auto names = ValuesOf(record, "cn");
    if (names.empty()) return absl::InvalidArgumentError("the group has no cn, and is left out");
    const std::string name(names[0]);
    size_t unreadable = 0;
    for (const char* attribute : {"member", "uniqueMember"}) {
      for (const std::string_view member : ValuesOf(record, attribute)) {
        const std::optional<std::string> dn = ComparableDn(std::string(member));
        if (dn.has_value()) groups_of_dn_[*dn].push_back(name);
        if (!dn.has_value()) ++unreadable;
      }
    }
    for (const std::string_view member : ValuesOf(record, "memberUid")) {
      if (!member.empty()) groups_of_uid_[std::string(member)].push_back(name);
    }
    if (unreadable == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(unreadable, " members of the group are no DN, and are left out of it"));
  }

  absl::Status TakeUser(const LdifRecord& record, const std::string& place) {
    const std::optional<std::string> dn = ComparableDn(record.dn);
    if (!dn.has_value()) return absl::InvalidArgumentError("the entry's dn is no DN");
    if (known_dns_.count(*dn) != 0) {
      return absl::InvalidArgumentError("the entry's dn is that of another, and it is left out");
    }
    const auto names = ValuesOf(record, options_.name_attribute);
    const absl::StatusOr<size_t> index = users_.Add(names[0], place);
    if (!index.ok()) return index.status();
    known_dns_.insert(*dn);
    dns_.push_back(*dn);
    const auto uids = ValuesOf(record, "uid");
    uids_.emplace_back(uids.empty() ? std::string_view() : uids[0]);
    if (names.size() > 1) {
      users_.Problem(place, absl::StrCat("the entry has more than one ", options_.name_attribute,
                                         ", of which the first is used"));
    }
    users_.user(*index).disabled = IsLocked(record);
    TakePasswords(record, *index);
    TakeMemberOf(record, *index);
    TakeAttributes(record, *index);
    return absl::OkStatus();
  }

  void TakePasswords(const LdifRecord& record, size_t index) {
    ImportedUser& user = users_.user(index);
    for (const std::string_view value : ValuesOf(record, "userPassword")) {
      users_.Problem(user.place, user.AddCredential(ParseUserPassword(value)));
    }
    for (const std::string_view value : ValuesOf(record, "authPassword")) {
      users_.Problem(user.place, user.AddCredential(ParseAuthPassword(value)));
    }
  }

  void TakeMemberOf(const LdifRecord& record, size_t index) {
    ImportedUser& user = users_.user(index);
    for (const std::string_view value : ValuesOf(record, "memberOf")) {
      const std::string group(value);
      users_.Problem(user.place, user.AddGroup(FirstValueOfDn(group).value_or(group)));
    }
  }

  void TakeAttributes(const LdifRecord& record, size_t index) {
    ImportedUser& user = users_.user(index);
    for (const auto& [theirs, ours] : options_.attributes) {
      const auto values = ValuesOf(record, theirs);
      if (values.empty()) continue;
      if (IsDisplayable(values[0])) {
        user.attributes[ours] = values[0];
      } else {
        users_.Problem(user.place, absl::StrCat("the value of ", theirs,
                                                " is not plain text, and is left out"));
      }
    }
  }

  const std::string& path_;
  const LdifOptions& options_;
  UserList users_;
  // Of each user, in the order of users_.
  std::vector<std::string> dns_;
  absl::flat_hash_set<std::string> known_dns_;
  std::vector<std::string> uids_;
  Groups groups_of_dn_;
  Groups groups_of_uid_;
};

}  // namespace

Import ImportLdif(std::string_view content, const std::string& path, const LdifOptions& options) {
  DirectoryImport import(path, options);
  ReadLdif(content, [&](size_t line, const absl::StatusOr<LdifRecord>& record) {
    import.Take(line, record);
  });
  return std::move(import).Finish();
}

}  // namespace sallyport::ctl
