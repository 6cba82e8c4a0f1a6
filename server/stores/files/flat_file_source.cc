#include "server/stores/files/flat_file_source.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/credentials/password_line.h"
#include "core/credentials/stored_form.h"
#include "process/file.h"
#include "process/file_stamp.h"
#include "server/stores/files/credential_file.h"

namespace sallyport::server {
namespace {

// UserLines reads the users' file.
class UserLines {
 public:
  UserLines(const std::string& path, UserSnapshot& snapshot) : path_(path), snapshot_(snapshot) {}

  void Read(const FileLine& line) {
    if (SaysNothing(line.text)) return;
    const absl::Status status = Take(line);
    if (status.ok()) return;
    snapshot_.problems.push_back(
        {absl::StrCat(path_, ":", line.number), std::string(status.message())});
  }

  bool too_many() const { return too_many_; }

 private:
  absl::Status Take(const FileLine& line) {
    absl::StatusOr<PasswordLine> parsed = ParsePasswordLine(line.text);
    if (!parsed.ok()) return parsed.status();
    const std::optional<std::string> name = StoredName(parsed->name);
    if (!name.has_value()) {
      return absl::InvalidArgumentError(
          "the name has characters that SASLprep (RFC 4013) does not take; choose another");
    }
    Account* const account = snapshot_.User({"", *name});
    if (account == nullptr) {
      too_many_ = true;
      return absl::OkStatus();
    }
    if (spellings_.try_emplace(*name, parsed->name).first->second != parsed->name) {
      return absl::InvalidArgumentError(
          "SASLprep (RFC 4013) makes the name the same as that of a line before, which is spelled "
          "otherwise; choose another");
    }
    if (parsed->locked) {
      account->disabled = true;
      return absl::OkStatus();
    }
    // All others are too short, or match nothing, where they are cut.
    if (!line.ended && parsed->credential->ok() &&
        std::holds_alternative<Cleartext>(**parsed->credential)) {
      return absl::InvalidArgumentError(
          "the password may be cut, as there is no newline behind it; end the file with one");
    }
    return AddCredential(*std::move(parsed->credential), *account);
  }

  const std::string& path_;
  UserSnapshot& snapshot_;
  bool too_many_ = false;
  // Of each name, how it is written.
  absl::flat_hash_map<std::string, std::string> spellings_;
};

absl::Status TakeGroup(std::string_view line, UserSnapshot& snapshot) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return absl::InvalidArgumentError(
        "there is no ':' behind a group's name; write <group>: <user> <user>");
  }
  const std::string_view group = line.substr(0, colon);
  if (!IsDisplayable(group)) {
    return absl::InvalidArgumentError("the group has no name, or one with control characters");
  }
  size_t unusable = 0;
  for (const absl::string_view user :
       absl::StrSplit(absl::string_view(line.data() + colon + 1, line.size() - colon - 1),
                      absl::ByAnyChar(" \t"), absl::SkipEmpty())) {
    const std::optional<std::string> name = StoredName({user.data(), user.size()});
    if (!name.has_value()) {
      ++unusable;
    } else if (Account* const account = snapshot.Existing({"", *name})) {
      AddGroup(group, *account);
    }
  }
  if (unusable == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      unusable, " of the names have characters that SASLprep (RFC 4013) does not take"));
}

}  // namespace

FlatFileSource::FlatFileSource(std::string path, std::string groups_path)
    : path_(std::move(path)), groups_path_(std::move(groups_path)) {}

std::string FlatFileSource::Look() {
  return groups_path_.empty()
             ? process::FileStamp(path_)
             : absl::StrCat(process::FileStamp(path_), ", ", process::FileStamp(groups_path_));
}

absl::StatusOr<std::shared_ptr<UserSnapshot>> FlatFileSource::Read() {
  auto snapshot = std::make_shared<UserSnapshot>();
  UserLines users(path_, *snapshot);
  absl::Status status =
      ReadCredentialFile(path_, kMaxUserFileBytes, *snapshot, [&](std::string_view content) {
        ForEachLine(content, [&](const FileLine& line) { users.Read(line); });
      });
  if (!status.ok()) return status;
  if (users.too_many()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot use ", path_, ": it has more than ",
                                                   kMaxUsersInFiles,
                                                   " users; use another kind of store"));
  }
  if (groups_path_.empty()) return snapshot;
  return ReadGroups(std::move(snapshot));
}

absl::StatusOr<std::shared_ptr<UserSnapshot>> FlatFileSource::ReadGroups(
    std::shared_ptr<UserSnapshot> snapshot) const {
  absl::StatusOr<std::string> content = process::ReadFile(groups_path_, kMaxUserFileBytes);
  if (!content.ok()) return content.status();
  ForEachLine(*content, [&](const FileLine& line) {
    if (SaysNothing(line.text)) return;
    const absl::Status status = TakeGroup(line.text, *snapshot);
    if (status.ok()) return;
    snapshot->problems.push_back(
        {absl::StrCat(groups_path_, ":", line.number), std::string(status.message())});
  });
  return snapshot;
}

}  // namespace sallyport::server
