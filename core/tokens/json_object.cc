#include "core/tokens/json_object.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/tokens/wiping_memory.h"

namespace sallyport {

absl::StatusOr<JsonPtr> ParseJsonObject(std::string_view text) {
  // The library passes over it, anywhere.
  if (text.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError("there is a NUL in it: this is not JSON");
  }
  UseWipingMemory();
  json_error_t error = {};
  JsonPtr value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
  if (value == nullptr) {
    // The library's own message quotes the text.
    const bool repeated = json_error_code(&error) == json_error_duplicate_key;
    return absl::InvalidArgumentError(
        absl::StrCat("line ", error.line, ", column ", error.column,
                     repeated ? ": a name is there twice in an object" : ": this is not JSON"));
  }
  if (!json_is_object(value.get())) return absl::InvalidArgumentError("this is not a JSON object");
  return value;
}

const json_t* Member(const json_t* object, std::string_view name) {
  return json_object_getn(object, name.data(), name.size());
}

std::optional<std::string_view> TextOf(const json_t* value) {
  if (!json_is_string(value)) return std::nullopt;
  return std::string_view(json_string_value(value), json_string_length(value));
}

}  // namespace sallyport
