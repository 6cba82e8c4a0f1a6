#include "process/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <exception>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

YamlPlace PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Copies yaml-cpp's tree, and stops at the first thing that we do not take.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::string_view source) : source_(source) {}

  absl::StatusOr<YamlNode> Build(const YAML::Node& from, int depth) {
    YamlNode node{.place = PlaceOf(from.Mark())};
    if (depth > kMaxYamlDepth) {
      return YamlError(source_, node.place,
                       absl::StrCat("nested deeper than ", kMaxYamlDepth, " levels"));
    }
    if (++nodes_ > kMaxYamlNodes) {
      return YamlError(source_, node.place, absl::StrCat("more than ", kMaxYamlNodes, " values"));
    }
    absl::Status status;
    if (from.IsMap()) {
      node.kind = YamlNode::Kind::kMapping;
      status = BuildEntries(from, depth, &node.entries);
    } else if (from.IsSequence()) {
      node.kind = YamlNode::Kind::kSequence;
      status = BuildItems(from, depth, &node.items);
    } else if (from.IsScalar()) {
      node.kind = YamlNode::Kind::kScalar;
      node.scalar = from.Scalar();
    }
    if (!status.ok()) return status;
    return node;
  }

 private:
  absl::Status BuildItems(const YAML::Node& from, int depth, std::vector<YamlNode>* items) {
    for (const YAML::Node& item : from) {
      absl::StatusOr<YamlNode> node = Build(item, depth + 1);
      if (!node.ok()) return node.status();
      items->push_back(*std::move(node));
    }
    return absl::OkStatus();
  }

  absl::Status BuildEntries(const YAML::Node& from, int depth, std::vector<YamlEntry>* entries) {
    std::set<std::string> seen;
    for (const auto& pair : from) {
      const YamlPlace place = PlaceOf(pair.first.Mark());
      if (!pair.first.IsScalar()) return YamlError(source_, place, "a key must be a plain word");
      const std::string& key = pair.first.Scalar();
      if (!seen.insert(key).second) {
        return YamlError(source_, place, absl::StrCat("key '", key, "' is given twice"));
      }
      absl::StatusOr<YamlNode> value = Build(pair.second, depth + 1);
      if (!value.ok()) return value.status();
      // A value that is left out is placed by yaml-cpp where the next thing begins.
      if (value->kind == YamlNode::Kind::kNull) value->place = place;
      entries->push_back({key, place, *std::move(value)});
    }
    return absl::OkStatus();
  }

  const std::string_view source_;
  int nodes_ = 0;
};

absl::StatusOr<YamlNode> ParseOrThrow(std::string_view text, std::string_view source) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
  if (documents.size() > 1) {
    return YamlError(source, PlaceOf(documents[1].Mark()),
                     "a second document begins here; only one is read");
  }
  if (documents.empty() || documents[0].IsNull()) {
    return YamlNode{.kind = YamlNode::Kind::kMapping};
  }
  return TreeBuilder(source).Build(documents[0], 0);
}

}  // namespace

absl::Status YamlError(std::string_view source, YamlPlace place, std::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(source), ":", place.line, ":",
                                                 place.column, ": ", std::string(message)));
}

absl::StatusOr<YamlNode> ParseYaml(std::string_view text, std::string_view source) {
  if (text.size() > kMaxYamlBytes) {
    return YamlError(source, {}, absl::StrCat("larger than ", kMaxYamlBytes, " bytes"));
  }
  try {
    return ParseOrThrow(text, source);
  } catch (const YAML::Exception& error) {
    return YamlError(source, PlaceOf(error.mark), absl::StrCat("not YAML: ", error.msg));
  } catch (const std::exception& error) {
    return YamlError(source, {}, absl::StrCat("not YAML: ", error.what()));
  }
}

}  // namespace sallyport::process
