#include "server/stores/files/directory_source.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/credentials/stored_form.h"
#include "process/file_stamp.h"
#include "server/stores/files/credential_file.h"
#include "server/stores/files/directory_listing.h"
#include "server/stores/files/user_file.h"

namespace sallyport::server {
namespace {

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// DirectoryReader reads the files of one directory after another.
class DirectoryReader {
 public:
  DirectoryReader() : snapshot_(std::make_shared<UserSnapshot>()) {}

  absl::Status ReadTenants(const std::string& path) {
    const std::string content = ContentDirectory(path);
    const auto entries = ListDirectory(content);
    if (!entries.ok()) return entries.status();
    for (const std::string& entry : *entries) {
      const std::string place = absl::StrCat(content, "/", entry);
      const std::optional<std::string> tenant = DecodeFileName(entry);
      if (!tenant.has_value()) {
        Report(place, kBadPercent);
      } else if (!IsDirectory(place)) {
        Report(place, "this is not a tenant's directory, as a store per tenant needs: move it");
      } else if (absl::Status status = ReadUsers(place, *tenant); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadUsers(const std::string& path, const std::string& tenant) {
    const std::string content = ContentDirectory(path);
    const auto entries = ListDirectory(content);
    if (!entries.ok()) return entries.status();
    for (const std::string& entry : *entries) {
      const absl::Status status = ReadUser(absl::StrCat(content, "/", entry), entry, tenant);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::shared_ptr<UserSnapshot> snapshot() { return snapshot_; }

 private:
  static constexpr std::string_view kBadPercent =
      "the name has a '%' without two hexadecimal digits behind it: write %25";

  void Report(const std::string& place, std::string_view what) {
    snapshot_->problems.push_back({place, std::string(what)});
  }

  absl::Status ReadUser(const std::string& place, const std::string& entry,
                        const std::string& tenant) {
    UserFile file;
    const absl::Status status =
        ReadCredentialFile(place, kMaxUserFileSize, *snapshot_, [&](std::string_view content) {
          bytes_ += content.size();
          file = ParseUserFile(content, place);
        });
    if (bytes_ > kMaxUserFileBytes) return TooMuch(place);
    if (!status.ok()) {
      file.account.disabled = true;
      Report(place, absl::StrCat(status.message(), "; the user cannot log in until then"));
    }
    for (FileProblem& problem : file.problems) snapshot_->problems.push_back(std::move(problem));
    // Who is meant cannot be told.
    if (file.bad_name) return absl::OkStatus();
    const std::optional<std::string> name =
        file.name.has_value() ? file.name : NameOf(place, entry);
    return name.has_value() ? Add({tenant, *name}, std::move(file.account), place)
                            : absl::OkStatus();
  }

  std::optional<std::string> NameOf(const std::string& place, const std::string& entry) {
    const std::optional<std::string> decoded = DecodeFileName(entry);
    if (!decoded.has_value()) {
      Report(place, kBadPercent);
      return std::nullopt;
    }
    std::optional<std::string> name = StoredName(*decoded);
    if (!name.has_value()) {
      Report(place, "the name has characters that SASLprep (RFC 4013) does not take: rename it");
    }
    return name;
  }

  absl::Status Add(const UserKey& key, Account read, const std::string& place) {
    const size_t before = snapshot_->size();
    Account* const account = snapshot_->User(key);
    if (account == nullptr) return TooMuch(place);
    const bool known = snapshot_->size() == before;
    account->disabled = read.disabled || known;
    if (known) {
      account->credentials.clear();
      Report(place,
             "another file is of the same user, who cannot log in until one of them is removed");
      return absl::OkStatus();
    }
    account->groups = std::move(read.groups);
    account->expires_at = read.expires_at;
    account->credentials = std::move(read.credentials);
    return absl::OkStatus();
  }

  static absl::Status TooMuch(const std::string& place) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot use ", place, ": with it the users' files have more than ", kMaxUserFileBytes,
        " bytes or ", kMaxUsersInFiles, " users; use another kind of store"));
  }

  std::shared_ptr<UserSnapshot> snapshot_;
  size_t bytes_ = 0;
};

void LookAt(const std::string& path, bool has_tenants, std::string& look) {
  const std::string content = ContentDirectory(path);
  const auto entries = ListDirectory(content);
  absl::StrAppend(&look, content, " ", entries.status().message(), "\n");
  if (!entries.ok()) return;
  for (const std::string& entry : *entries) {
    const std::string place = absl::StrCat(content, "/", entry);
    absl::StrAppend(&look, entry, " ", process::FileStamp(place), "\n");
    if (has_tenants && IsDirectory(place)) LookAt(place, false, look);
  }
}

}  // namespace

DirectorySource::DirectorySource(std::string path, bool per_tenant)
    : path_(std::move(path)), per_tenant_(per_tenant) {}

std::string DirectorySource::Look() {
  std::string look;
  LookAt(path_, per_tenant_, look);
  return look;
}

absl::StatusOr<std::shared_ptr<UserSnapshot>> DirectorySource::Read() {
  DirectoryReader reader;
  const absl::Status status = per_tenant_ ? reader.ReadTenants(path_) : reader.ReadUsers(path_, "");
  if (!status.ok()) return status;
  return reader.snapshot();
}

}  // namespace sallyport::server
