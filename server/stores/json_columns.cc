#include "server/stores/json_columns.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"

namespace sallyport::server {
namespace {

using nlohmann::json;

json Parse(std::string_view text) {
  return json::parse(text, /*callback=*/nullptr, /*allow_exceptions=*/false);
}

std::string Format(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string ToJson(const std::vector<std::string>& groups) { return Format(json(groups)); }

std::string ToJson(const std::map<std::string, std::string>& attributes) {
  return Format(json(attributes));
}

absl::StatusOr<std::vector<std::string>> ParseGroups(std::string_view text) {
  const json parsed = Parse(text);
  if (!parsed.is_array()) return absl::DataLossError("a user's groups are no list of strings");
  std::vector<std::string> groups;
  for (const json& group : parsed) {
    const auto* name = group.get_ptr<const std::string*>();
    if (name == nullptr) return absl::DataLossError("a user's groups are no list of strings");
    groups.push_back(*name);
  }
  return groups;
}

absl::StatusOr<std::map<std::string, std::string>> ParseAttributes(std::string_view text) {
  const json parsed = Parse(text);
  if (!parsed.is_object()) return absl::DataLossError("a user's attributes are no map of strings");
  std::map<std::string, std::string> attributes;
  for (const auto& [name, value] : parsed.items()) {
    const auto* string = value.get_ptr<const std::string*>();
    if (string == nullptr) return absl::DataLossError("a user's attributes are no map of strings");
    attributes.emplace(name, *string);
  }
  return attributes;
}

}  // namespace sallyport::server
