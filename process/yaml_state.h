#ifndef SALLYPORT_PROCESS_YAML_STATE_H_
#define SALLYPORT_PROCESS_YAML_STATE_H_

// What the mappings of one document share.

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "process/yaml_tree.h"

namespace sallyport::process {

// YamlUse is what was asked of one mapping.
struct YamlUse {
  const YamlNode* mapping;
  std::vector<std::string> known_keys;
};

struct YamlState {
  std::string source;
  YamlNode root;
  std::deque<YamlUse> uses;  // addresses stay valid
  absl::Status wrong;        // the first wrong value
  absl::Status missing;      // the first missing key
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_YAML_STATE_H_
