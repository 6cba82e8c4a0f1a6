#include "ctl/import/user_list.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/stored_form.h"

namespace sallyport::ctl {

void UserList::Problem(const std::string& place, std::string_view what) {
  problems_.push_back({place, std::string(what)});
}

void UserList::Problem(const std::string& place, const absl::Status& status) {
  if (status.ok()) return;
  Problem(place, std::string_view(status.message().data(), status.message().size()));
}

absl::StatusOr<size_t> UserList::Add(std::string_view name, const std::string& place) {
  const size_t before = users_.size();
  absl::StatusOr<size_t> index = Continue(name, place);
  if (!index.ok() || *index == before) return index;
  return absl::InvalidArgumentError(absl::StrCat("the user is the same as that of ",
                                                 users_[*index].place,
                                                 "; this one is left out: choose another name"));
}

absl::StatusOr<size_t> UserList::Continue(std::string_view name, const std::string& place) {
  std::optional<std::string> stored = StoredName(name);
  if (!stored.has_value()) {
    return absl::InvalidArgumentError(
        "the name has characters that SASLprep (RFC 4013) does not take; choose another");
  }
  const auto [known, is_new] = known_.try_emplace(*stored, Known{users_.size(), std::string(name)});
  if (is_new) {
    users_.emplace_back();
    users_.back().name = *std::move(stored);
    users_.back().place = place;
  } else if (known->second.spelling != name) {
    return absl::InvalidArgumentError(
        absl::StrCat("SASLprep (RFC 4013) makes the name the same as that of ",
                     users_[known->second.index].place,
                     ", which is spelled otherwise; choose "
                     "another"));
  }
  return known->second.index;
}

Import UserList::Finish() && {
  Import import;
  for (ImportedUser& user : users_) {
    if (user.credentials.empty() && !user.disabled) {
      Problem(user.place,
              "the user has no password that can be taken over, and is left out; add "
              "it by hand");
    } else {
      import.users.push_back(std::move(user));
    }
  }
  import.problems = std::move(problems_);
  return import;
}

}  // namespace sallyport::ctl
