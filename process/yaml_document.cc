#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process/file.h"
#include "process/nearest_name.h"
#include "process/yaml_reader.h"
#include "process/yaml_state.h"

namespace sallyport::process {
namespace {

// A key that nobody asked for, in the order of the file within one mapping.
absl::Status UnknownKey(const std::string& source, const YamlUse& use) {
  for (const YamlEntry& entry : use.mapping->entries) {
    const auto& known = use.known_keys;
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string message = absl::StrCat("unknown key '", entry.key, "'");
    if (std::optional<std::string> nearest = NearestName(entry.key, known)) {
      absl::StrAppend(&message, "; did you mean '", *nearest, "'?");
    }
    return YamlError(source, entry.place, message);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<YamlDocument> YamlDocument::FromFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, YamlLimits().max_bytes);
  if (!text.ok()) return text.status();
  return FromText(*text, path);
}

absl::StatusOr<YamlDocument> YamlDocument::FromText(std::string_view text,
                                                    std::string_view source_name) {
  absl::StatusOr<YamlNode> root = ParseYaml(text, source_name);
  if (!root.ok()) return root.status();
  if (root->kind != YamlNode::Kind::kMapping) {
    return YamlError(source_name, root->place, "expected a mapping of keys to values");
  }
  auto state = std::make_unique<YamlState>();
  state->source = source_name;
  state->root = *std::move(root);
  state->uses.push_back({&state->root, {}});
  return YamlDocument(std::move(state));
}

YamlDocument::YamlDocument(std::unique_ptr<YamlState> state) : state_(std::move(state)) {}
YamlDocument::YamlDocument(YamlDocument&&) noexcept = default;
YamlDocument& YamlDocument::operator=(YamlDocument&&) noexcept = default;
YamlDocument::~YamlDocument() = default;

YamlMapping YamlDocument::root() { return YamlMapping(state_.get(), state_->root); }

absl::Status YamlDocument::Finish() const {
  if (!state_->wrong.ok()) return state_->wrong;
  // A mistyped key explains why the right one is missing, so it comes first.
  for (const YamlUse& use : state_->uses) {
    if (absl::Status unknown = UnknownKey(state_->source, use); !unknown.ok()) return unknown;
  }
  return state_->missing;
}

}  // namespace sallyport::process
