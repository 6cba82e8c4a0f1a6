#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "process/yaml_reader.h"
#include "process/yaml_scalar.h"
#include "process/yaml_state.h"

namespace sallyport::process {
YamlMapping::YamlMapping(YamlState* state, const YamlNode& node) : state_(state) {
  // Found again where the same mapping is read in two steps.
  const auto use = std::find_if(state->uses.begin(), state->uses.end(),
                                [&node](const YamlUse& use) { return use.mapping == &node; });
  use_ = use != state->uses.end() ? &*use : &state->uses.emplace_back(YamlUse{&node, {}});
}

const YamlEntry* YamlMapping::Find(std::string_view key) const {
  for (const YamlEntry& entry : use_->mapping->entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const YamlNode* YamlMapping::Ask(std::string_view key) {
  use_->known_keys.emplace_back(key);
  const YamlEntry* entry = Find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

const std::string* YamlMapping::AskScalar(std::string_view key, std::string_view expected) {
  const YamlNode* node = Ask(key);
  if (node == nullptr) return nullptr;
  if (node->kind == YamlNode::Kind::kScalar) return &node->scalar;
  Expected(*node, key, expected);
  return nullptr;
}

void YamlMapping::Expected(const YamlNode& node, std::string_view key, std::string_view expected) {
  state_->wrong.Update(
      YamlError(state_->source, node.place,
                absl::StrCat("key '", std::string(key), "': expected ", std::string(expected))));
}

bool YamlMapping::Has(std::string_view key) const { return Find(key) != nullptr; }

std::string YamlMapping::String(std::string_view key, std::string_view fallback) {
  return OptionalString(key).value_or(std::string(fallback));
}

std::optional<std::string> YamlMapping::OptionalString(std::string_view key) {
  const std::string* text = AskScalar(key, "a string");
  if (text == nullptr) return std::nullopt;
  return *text;
}

std::string YamlMapping::RequiredString(std::string_view key) {
  const std::string* text = AskScalar(key, "a string");
  if (text != nullptr && text->empty()) Refuse(key, "expected a string that is not empty");
  if (text == nullptr && !Has(key)) {
    state_->missing.Update(
        YamlError(state_->source, use_->mapping->place,
                  absl::StrCat("key '", std::string(key), "' is missing: expected a string")));
  }
  return text == nullptr ? std::string() : *text;
}

bool YamlMapping::Bool(std::string_view key, bool fallback) {
  const std::string* text = AskScalar(key, "true or false");
  if (text == nullptr) return fallback;
  const std::optional<bool> value = ParseYamlBool(*text);
  if (!value) Refuse(key, "expected true or false");
  return value.value_or(fallback);
}

uint64_t YamlMapping::Uint(std::string_view key, uint64_t fallback, uint64_t min, uint64_t max) {
  const std::string expected = absl::StrCat("a number from ", min, " to ", max);
  const std::string* text = AskScalar(key, expected);
  if (text == nullptr) return fallback;
  const std::optional<uint64_t> value = ParseYamlUint(*text);
  if (value.has_value() && *value >= min && *value <= max) return *value;
  Refuse(key, absl::StrCat("expected ", expected));
  return fallback;
}

uint64_t YamlMapping::Size(std::string_view key, uint64_t fallback, uint64_t min, uint64_t max) {
  const std::string expected =
      absl::StrCat("a size such as 64KiB, from ", min, " to ", max, " bytes");
  const std::string* text = AskScalar(key, expected);
  if (text == nullptr) return fallback;
  const std::optional<uint64_t> value = ParseYamlSize(*text);
  if (value.has_value() && *value >= min && *value <= max) return *value;
  Refuse(key, absl::StrCat("expected ", expected));
  return fallback;
}

absl::Duration YamlMapping::Duration(std::string_view key, absl::Duration fallback,
                                     absl::Duration min, absl::Duration max) {
  const std::string expected =
      absl::StrCat("a duration such as 250ms or 30s, from ", absl::FormatDuration(min), " to ",
                   absl::FormatDuration(max));
  const std::string* text = AskScalar(key, expected);
  if (text == nullptr) return fallback;
  absl::Duration value;
  if (absl::ParseDuration(*text, &value) && value >= min && value <= max) return value;
  Refuse(key, absl::StrCat("expected ", expected));
  return fallback;
}

std::vector<std::string> YamlMapping::StringList(std::string_view key) {
  std::vector<std::string> list;
  const YamlNode* node = Ask(key);
  if (node == nullptr) return list;
  if (node->kind != YamlNode::Kind::kSequence) Expected(*node, key, "a list of strings");
  for (const YamlNode& item : node->items) {
    if (item.kind != YamlNode::Kind::kScalar) Expected(item, key, "a list of strings");
    list.push_back(item.scalar);
  }
  return list;
}

std::optional<size_t> YamlMapping::ChoiceIndex(std::string_view key,
                                               std::span<const std::string_view> names) {
  const auto append_quoted = [](std::string* out, std::string_view name) {
    absl::StrAppend(out, "'", std::string(name), "'");
  };
  const std::string expected = absl::StrCat("one of ", absl::StrJoin(names, ", ", append_quoted));
  const std::string* text = AskScalar(key, expected);
  if (text == nullptr) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found != names.end()) return found - names.begin();
  Refuse(key, absl::StrCat("expected ", expected));
  return std::nullopt;
}

std::optional<YamlMapping> YamlMapping::Mapping(std::string_view key) {
  const YamlNode* node = Ask(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == YamlNode::Kind::kMapping) return YamlMapping(state_, *node);
  Expected(*node, key, "a mapping");
  return std::nullopt;
}

std::vector<YamlMapping> YamlMapping::MappingList(std::string_view key) {
  std::vector<YamlMapping> list;
  const YamlNode* node = Ask(key);
  if (node == nullptr) return list;
  if (node->kind != YamlNode::Kind::kSequence) Expected(*node, key, "a list of mappings");
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::kMapping) {
      list.push_back(YamlMapping(state_, item));
    } else {
      Expected(item, key, "a list of mappings");
    }
  }
  return list;
}

std::vector<std::pair<std::string, YamlMapping>> YamlMapping::NamedMappings(std::string_view key) {
  std::vector<std::pair<std::string, YamlMapping>> named;
  std::optional<YamlMapping> parent = Mapping(key);
  if (!parent.has_value()) return named;
  for (const YamlEntry& entry : parent->use_->mapping->entries) {
    if (std::optional<YamlMapping> child = parent->Mapping(entry.key)) {
      named.emplace_back(entry.key, *child);
    }
  }
  return named;
}

void YamlMapping::Refuse(std::string_view key, std::string_view message) {
  const YamlEntry* entry = Find(key);
  const YamlPlace place = entry != nullptr ? entry->value.place : use_->mapping->place;
  state_->wrong.Update(YamlError(
      state_->source, place, absl::StrCat("key '", std::string(key), "': ", std::string(message))));
}

std::string YamlMapping::Place(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  const YamlPlace place = entry != nullptr ? entry->value.place : use_->mapping->place;
  return absl::StrCat(state_->source, ":", place.line, ":", place.column);
}

}  // namespace sallyport::process
