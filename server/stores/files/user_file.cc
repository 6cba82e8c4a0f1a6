#include "server/stores/files/user_file.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/credentials/password_line.h"
#include "core/credentials/stored_form.h"
#include "server/stores/files/credential_file.h"

namespace sallyport::server {
namespace {

constexpr std::string_view kBlanks = " \t";

// "key: value"; nullopt where the line is no such thing.
struct Setting {
  std::string_view key;
  std::string_view value;
};

std::optional<Setting> SettingOf(std::string_view line) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto end = std::find_if_not(line.begin(), line.end(), is_letter);
  const size_t size = static_cast<size_t>(end - line.begin());
  if (size == 0 || size == line.size() || line[size] != ':') return std::nullopt;
  std::string_view value = line.substr(size + 1);
  const size_t start = value.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return Setting{line.substr(0, size), {}};
  value = value.substr(start, value.find_last_not_of(kBlanks) + 1 - start);
  return Setting{line.substr(0, size), value};
}

class UserFileReader {
 public:
  explicit UserFileReader(UserFile& file) : file_(file) {}

  absl::Status Take(std::string_view line) {
    if (line.starts_with('!') || line.starts_with('*')) {
      file_.account.disabled = true;
      return absl::OkStatus();
    }
    const std::optional<Setting> setting = SettingOf(line);
    if (!setting.has_value()) return AddCredential(ParseListedCredential(line), file_.account);
    const absl::Status status = Set(*setting);
    if (status.ok()) return status;
    file_.account.disabled = true;
    return absl::InvalidArgumentError(
        absl::StrCat(status.message(), "; the user cannot log in until it is mended"));
  }

 private:
  absl::Status Set(const Setting& setting) {
    if (setting.key == "name") return SetName(setting.value);
    if (setting.key == "group") return TakeGroup(setting.value);
    if (setting.key == "expires") return SetExpiry(setting.value);
    if (setting.key == "disabled") return SetDisabled(setting.value);
    return absl::InvalidArgumentError(
        "the line is neither a credential nor one of name:, group:, expires: and disabled:");
  }

  absl::Status SetName(std::string_view value) {
    std::optional<std::string> name = StoredName(value);
    if (!name.has_value() || file_.name.has_value()) file_.bad_name = true;
    if (!name.has_value()) {
      return absl::InvalidArgumentError("name: is not a name that SASLprep (RFC 4013) takes");
    }
    if (file_.name.has_value()) return absl::InvalidArgumentError("name: is given twice");
    file_.name = std::move(name);
    return absl::OkStatus();
  }

  absl::Status TakeGroup(std::string_view value) {
    if (!IsDisplayable(value)) {
      return absl::InvalidArgumentError("group: has no name, or one with control characters");
    }
    AddGroup(value, file_.account);
    return absl::OkStatus();
  }

  absl::Status SetExpiry(std::string_view value) {
    if (file_.account.expires_at.has_value()) {
      return absl::InvalidArgumentError("expires: is given twice");
    }
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, absl::string_view(value.data(), value.size()), &time,
                         &error)) {
      return absl::InvalidArgumentError(
          "expires: is not a time of RFC 3339, such as 2030-12-31T23:59:59Z");
    }
    file_.account.expires_at = time;
    return absl::OkStatus();
  }

  absl::Status SetDisabled(std::string_view value) {
    if (std::exchange(has_disabled_, true)) {
      return absl::InvalidArgumentError("disabled: is given twice");
    }
    if (value == "true") file_.account.disabled = true;
    if (value == "true" || value == "false") return absl::OkStatus();
    return absl::InvalidArgumentError("disabled: is neither true nor false");
  }

  UserFile& file_;
  bool has_disabled_ = false;
};

}  // namespace

UserFile ParseUserFile(std::string_view content, const std::string& path) {
  UserFile file;
  UserFileReader reader(file);
  ForEachLine(content, [&](const FileLine& line) {
    if (SaysNothing(line.text)) return;
    const absl::Status status = reader.Take(line.text);
    if (status.ok()) return;
    file.problems.push_back({absl::StrCat(path, ":", line.number), std::string(status.message())});
  });
  return file;
}

}  // namespace sallyport::server
