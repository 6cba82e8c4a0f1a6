#include "ctl/import/rabbitmq_definitions.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ctl/import/user_list.h"
#include "nlohmann/json.hpp"

namespace sallyport::ctl {
namespace {

using nlohmann::json;

constexpr char kExport[] = "write it with `rabbitmqctl export_definitions FILE`";

const json* Member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string* TextMember(const json& object, const char* name) {
  const json* const member = Member(object, name);
  return member == nullptr ? nullptr : member->get_ptr<const std::string*>();
}

absl::Status AddPassword(const json& entry, ImportedUser& user) {
  const std::string* const hash = TextMember(entry, "password_hash");
  // Nobody logs in by such a password: the user has none.
  if (hash == nullptr || hash->empty()) return absl::OkStatus();
  const std::string* const algorithm = TextMember(entry, "hashing_algorithm");
  if (algorithm == nullptr) {
    return absl::InvalidArgumentError(
        "hashing_algorithm is missing; export the definitions from RabbitMQ 3.6.1 or later");
  }
  for (const auto& [name, scheme] : {std::pair("rabbit_password_hashing_sha256", "SHA256"),
                                     std::pair("rabbit_password_hashing_sha512", "SHA512"),
                                     std::pair("rabbit_password_hashing_md5", "MD5")}) {
    if (*algorithm != name) continue;
    std::string text = absl::StrCat("{RABBITMQ-", scheme, "}", *hash);
    absl::StatusOr<Credential> credential = ParseCredential(text);
    Wipe(&text);
    return user.AddCredential(std::move(credential));
  }
  return absl::InvalidArgumentError(
      "the hashing_algorithm is none of RabbitMQ's own; set the password anew");
}

// A list in newer versions, and text with commas in older ones.
std::vector<std::string> TagsOf(const json& entry, bool* understood) {
  std::vector<std::string> tags;
  const json* const member = Member(entry, "tags");
  *understood = member == nullptr || member->is_array() || member->is_string();
  if (member == nullptr) return tags;
  if (const auto* text = member->get_ptr<const std::string*>()) {
    for (const absl::string_view tag : absl::StrSplit(*text, ',')) {
      const absl::string_view trimmed = absl::StripAsciiWhitespace(tag);
      if (!trimmed.empty()) tags.emplace_back(trimmed);
    }
  }
  if (!member->is_array()) return tags;
  for (const json& tag : *member) {
    const auto* const text = tag.get_ptr<const std::string*>();
    *understood &= text != nullptr;
    if (text != nullptr) tags.push_back(*text);
  }
  return tags;
}

void AddTags(const json& entry, size_t index, UserList& users) {
  ImportedUser& user = users.user(index);
  bool understood = false;
  for (const std::string& tag : TagsOf(entry, &understood)) {
    users.Problem(user.place, user.AddGroup(absl::StrCat("rabbitmq:", tag)));
  }
  if (!understood) users.Problem(user.place, "a tag is no text, and is left out");
}

absl::Status TakeUser(const json& entry, const std::string& place, UserList& users) {
  const std::string* const name = entry.is_object() ? TextMember(entry, "name") : nullptr;
  if (name == nullptr) return absl::InvalidArgumentError("the user has no name");
  const absl::StatusOr<size_t> index = users.Add(*name, place);
  if (!index.ok()) return index.status();
  AddTags(entry, *index, users);
  return AddPassword(entry, users.user(*index));
}

}  // namespace

Import ImportRabbitMqDefinitions(std::string_view content, const std::string& path) {
  UserList users;
  const json definitions = json::parse(content, /*callback=*/nullptr, /*allow_exceptions=*/false);
  const json* const list = definitions.is_object() ? Member(definitions, "users") : nullptr;
  if (definitions.is_discarded()) {
    users.Problem(path, absl::StrCat("this is not JSON; ", kExport));
  } else if (list == nullptr || !list->is_array()) {
    users.Problem(path, absl::StrCat("there is no list \"users\"; ", kExport));
  } else {
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string place = absl::StrCat(path, ": users[", i, "]");
      users.Problem(place, TakeUser((*list)[i], place, users));
    }
  }
  return std::move(users).Finish();
}

}  // namespace sallyport::ctl
