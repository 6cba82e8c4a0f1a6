#include "ctl/import/password_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/password_line.h"
#include "ctl/import/user_list.h"

namespace sallyport::ctl {
namespace {

absl::Status TakeLine(std::string_view text, const std::string& place, UserList& users) {
  absl::StatusOr<PasswordLine> line = ParsePasswordLine(text);
  if (!line.ok()) return line.status();
  const absl::StatusOr<size_t> index = users.Continue(line->name, place);
  if (!index.ok()) return index.status();
  ImportedUser& user = users.user(*index);
  if (!line->locked) return user.AddCredential(*std::move(line->credential));
  user.disabled = true;
  return absl::OkStatus();
}

}  // namespace

Import ImportPasswordFile(std::string_view content, const std::string& path) {
  UserList users;
  ForEachLine(content, [&](const FileLine& line) {
    if (SaysNothing(line.text)) return;
    const std::string place = absl::StrCat(path, ":", line.number);
    users.Problem(place, TakeLine(line.text, place, users));
  });
  return std::move(users).Finish();
}

}  // namespace sallyport::ctl
