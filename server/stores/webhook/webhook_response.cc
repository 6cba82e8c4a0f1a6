#include "server/stores/webhook/webhook_response.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/tokens/json_object.h"

namespace sallyport::server {
namespace {

absl::Status Wrong(std::string_view name, const char* expected) {
  return absl::InvalidArgumentError(absl::StrCat("'", std::string(name), "' is not ", expected));
}

// The object, if it is about `user`.
absl::StatusOr<JsonPtr> ParseAnswer(std::string_view text, std::string_view user) {
  absl::StatusOr<JsonPtr> object = ParseJsonObject(text);
  if (!object.ok()) return object;
  const json_t* const echo = Member(object->get(), "user");
  if (echo != nullptr && TextOf(echo) != user) {
    return absl::InvalidArgumentError("'user' is not the user who was asked for");
  }
  return object;
}

absl::StatusOr<bool> ReadBool(const json_t* object, std::string_view name) {
  const json_t* const value = Member(object, name);
  if (value == nullptr || !json_is_boolean(value)) return Wrong(name, "there as true or false");
  return json_is_true(value);
}

// Calls `take` with each string of the list.
template <typename Take>
absl::Status ReadTexts(const json_t* object, std::string_view name, Take take) {
  constexpr char kExpected[] = "a list of strings";
  const json_t* const list = Member(object, name);
  if (!json_is_array(list)) return Wrong(name, kExpected);
  for (size_t i = 0; i < json_array_size(list); ++i) {
    const auto text = TextOf(json_array_get(list, i));
    if (!text.has_value()) return Wrong(name, kExpected);
    take(*text);
  }
  return absl::OkStatus();
}

absl::Status ReadAttributes(const json_t* object, WebhookUser* user) {
  constexpr char kName[] = "attributes";
  const json_t* const map = Member(object, kName);
  if (map == nullptr) return absl::OkStatus();
  if (!json_is_object(map)) return Wrong(kName, "an object of strings");
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(map), name, value) {
    const auto text = TextOf(value);
    if (!text.has_value()) return Wrong(kName, "an object of strings");
    user->attributes.emplace(name, *text);
  }
  return absl::OkStatus();
}

absl::Status ReadExpiry(const json_t* object, WebhookUser* user) {
  constexpr char kName[] = "expires_at";
  const json_t* const value = Member(object, kName);
  if (value == nullptr) return absl::OkStatus();
  const auto text = TextOf(value);
  absl::Time time;
  std::string error;
  const bool read = text.has_value() &&
                    absl::ParseTime(absl::RFC3339_full,
                                    absl::string_view(text->data(), text->size()), &time, &error);
  // The library has words for these, and RFC 3339 has not.
  if (!read || time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return Wrong(kName, "a time such as \"2030-01-31T23:59:59Z\"");
  }
  user->expires_at = time;
  return absl::OkStatus();
}

absl::Status ReadUser(const json_t* object, bool with_credentials, WebhookUser* user) {
  absl::Status status;
  if (with_credentials) {
    status.Update(ReadTexts(object, "credentials", [user](std::string_view text) {
      user->credentials.emplace_back(text);
    }));
  }
  if (Member(object, "groups") != nullptr) {
    status.Update(ReadTexts(object, "groups",
                            [user](std::string_view text) { user->groups.emplace_back(text); }));
  }
  if (Member(object, "disabled") != nullptr) {
    const absl::StatusOr<bool> disabled = ReadBool(object, "disabled");
    status.Update(disabled.status());
    user->disabled = !disabled.ok() || *disabled;
  }
  status.Update(ReadAttributes(object, user));
  status.Update(ReadExpiry(object, user));
  return status;
}

}  // namespace

absl::StatusOr<std::optional<WebhookUser>> ParseLookupResponse(std::string_view text,
                                                               std::string_view user,
                                                               bool with_credentials) {
  const absl::StatusOr<JsonPtr> object = ParseAnswer(text, user);
  if (!object.ok()) return object.status();
  const absl::StatusOr<bool> found = ReadBool(object->get(), "found");
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<WebhookUser>();
  std::optional<WebhookUser> read(std::in_place);
  if (absl::Status status = ReadUser(object->get(), with_credentials, &*read); !status.ok()) {
    return status;
  }
  return read;
}

absl::StatusOr<bool> ParseVerifyResponse(std::string_view text, std::string_view user) {
  const absl::StatusOr<JsonPtr> object = ParseAnswer(text, user);
  if (!object.ok()) return object.status();
  return ReadBool(object->get(), "valid");
}

}  // namespace sallyport::server
