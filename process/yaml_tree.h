#ifndef SALLYPORT_PROCESS_YAML_TREE_H_
#define SALLYPORT_PROCESS_YAML_TREE_H_

// A YAML document as plain values, with the place of each in its text. This is
// where yaml-cpp, which throws, ends.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sallyport::process {

// YamlPlace is where something begins; both count from 1.
struct YamlPlace {
  int line = 1;
  int column = 1;
};

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  YamlPlace place;
  std::string scalar;
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping; no key twice
};

struct YamlEntry {
  std::string key;
  YamlPlace place;  // of the key
  YamlNode value;
};

// YamlLimits bound a document.
struct YamlLimits {
  size_t max_bytes = 1 << 20;
  int max_depth = 32;
  // Values, aliases counted as often as they are used.
  size_t max_nodes = 100'000;
};

// ParseYaml reads one document; an empty one is an empty mapping. InvalidArgument
// says what is wrong at "`source`:line:column".
absl::StatusOr<YamlNode> ParseYaml(std::string_view text, std::string_view source,
                                   const YamlLimits& limits = {});

// YamlError is the InvalidArgument that names a place in `source`.
absl::Status YamlError(std::string_view source, YamlPlace place, std::string_view message);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_YAML_TREE_H_
