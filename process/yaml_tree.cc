#include "process/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

YamlPlace PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Ends yaml-cpp's parser at the first thing that we do not take.
struct Refused : std::exception {
  explicit Refused(absl::Status status) : status(std::move(status)) {}
  absl::Status status;
};

size_t CountNodes(const YamlNode& node) {
  size_t count = 1;
  for (const YamlNode& item : node.items) count += CountNodes(item);
  for (const YamlEntry& entry : node.entries) count += CountNodes(entry.value);
  return count;
}

int DepthOf(const YamlNode& node) {
  int depth = 0;
  for (const YamlNode& item : node.items) depth = std::max(depth, 1 + DepthOf(item));
  for (const YamlEntry& entry : node.entries) depth = std::max(depth, 1 + DepthOf(entry.value));
  return depth;
}

// Builds the tree from yaml-cpp's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, const YamlLimits& limits)
      : source_(source), limits_(limits) {}

  // Null where the text holds no document.
  std::optional<YamlNode> TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) Refuse(PlaceOf(mark), "a second document begins here; only one is read");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add({.kind = YamlNode::Kind::kNull, .place = PlaceOf(mark)}, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!open_.empty() && open_.back().WantsKey()) return TakeKey(PlaceOf(mark), value);
    Add({.kind = YamlNode::Kind::kScalar, .place = PlaceOf(mark), .scalar = value}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end()) Refuse(PlaceOf(mark), "an alias of what it is in");
    CountMore(CountNodes(named->second) - 1, PlaceOf(mark));
    CheckDepth(DepthOf(named->second), PlaceOf(mark));
    Add(named->second, YAML::NullAnchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open({.kind = YamlNode::Kind::kSequence, .place = PlaceOf(mark)}, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open({.kind = YamlNode::Kind::kMapping, .place = PlaceOf(mark)}, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A sequence or a mapping that has not ended.
  struct Container {
    YamlNode node;
    YAML::anchor_t anchor;
    bool has_key = false;
    absl::flat_hash_set<std::string> keys;

    bool WantsKey() const { return node.kind == YamlNode::Kind::kMapping && !has_key; }
  };

  [[noreturn]] void Refuse(YamlPlace place, std::string_view message) const {
    throw Refused(YamlError(source_, place, message));
  }

  void CountMore(size_t nodes, YamlPlace place) {
    nodes_ += nodes;
    if (nodes_ > limits_.max_nodes) {
      Refuse(place, absl::StrCat("more than ", limits_.max_nodes, " values"));
    }
  }

  void CheckDepth(int beneath, YamlPlace place) const {
    if (static_cast<int>(open_.size()) + beneath > limits_.max_depth) {
      Refuse(place, absl::StrCat("nested deeper than ", limits_.max_depth, " levels"));
    }
  }

  void TakeKey(YamlPlace place, const std::string& key) {
    Container& mapping = open_.back();
    if (!mapping.keys.insert(key).second) {
      Refuse(place, absl::StrCat("key '", key, "' is given twice"));
    }
    mapping.node.entries.push_back({.key = key, .place = place, .value = {}});
    mapping.has_key = true;
  }

  void Open(YamlNode node, YAML::anchor_t anchor) {
    if (!open_.empty() && open_.back().WantsKey()) {
      Refuse(node.place, "a key must be a plain word");
    }
    CountMore(1, node.place);
    CheckDepth(0, node.place);
    open_.push_back({.node = std::move(node), .anchor = anchor, .has_key = false, .keys = {}});
  }

  void Close() {
    Container closed = std::move(open_.back());
    open_.pop_back();
    Keep(std::move(closed.node), closed.anchor);
  }

  void Add(YamlNode node, YAML::anchor_t anchor) {
    if (!open_.empty() && open_.back().WantsKey()) {
      Refuse(node.place, "a key must be a plain word");
    }
    CountMore(1, node.place);
    Keep(std::move(node), anchor);
  }

  void Keep(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Container& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    YamlEntry& entry = parent.node.entries.back();
    // A value that is left out is placed by yaml-cpp where the next thing begins.
    if (node.kind == YamlNode::Kind::kNull) node.place = entry.place;
    entry.value = std::move(node);
    parent.has_key = false;
  }

  const std::string_view source_;
  const YamlLimits limits_;
  size_t nodes_ = 0;
  std::vector<Container> open_;
  absl::flat_hash_map<YAML::anchor_t, YamlNode> anchors_;
  std::optional<YamlNode> root_;
};

absl::StatusOr<YamlNode> ParseOrThrow(std::string_view text, std::string_view source,
                                      const YamlLimits& limits) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder builder(source, limits);
  while (parser.HandleNextDocument(builder)) {
  }
  std::optional<YamlNode> root = builder.TakeRoot();
  if (!root || root->kind == YamlNode::Kind::kNull) {
    return YamlNode{.kind = YamlNode::Kind::kMapping};
  }
  return *std::move(root);
}

}  // namespace

absl::Status YamlError(std::string_view source, YamlPlace place, std::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(source), ":", place.line, ":",
                                                 place.column, ": ", std::string(message)));
}

absl::StatusOr<YamlNode> ParseYaml(std::string_view text, std::string_view source,
                                   const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return YamlError(source, {}, absl::StrCat("larger than ", limits.max_bytes, " bytes"));
  }
  try {
    return ParseOrThrow(text, source, limits);
  } catch (const Refused& refused) {
    return refused.status;
  } catch (const YAML::Exception& error) {
    return YamlError(source, PlaceOf(error.mark), absl::StrCat("not YAML: ", error.msg));
  } catch (const std::exception& error) {
    return YamlError(source, {}, absl::StrCat("not YAML: ", error.what()));
  }
}

}  // namespace sallyport::process
