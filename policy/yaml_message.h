#ifndef SALLYPORT_POLICY_YAML_MESSAGE_H_
#define SALLYPORT_POLICY_YAML_MESSAGE_H_

// Reads YAML into a protobuf message, strictly: field names are the keys, enum values
// are written in lower case without their type's prefix, durations as "250ms", sizes
// (uint64) as "64KiB". What the schema does not know is refused, never skipped.

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "process/yaml_tree.h"

namespace sallyport::policy {

// Problem is one thing that is wrong, for whoever wrote the document.
struct Problem {
  process::YamlPlace place;
  // What was found, and what was expected.
  std::string message;
};

// ReadYamlMessage fills `message` from `node`, which should be a mapping, and appends
// what is wrong to `problems`; the fields that are right are set all the same.
void ReadYamlMessage(const process::YamlNode& node, google::protobuf::Message* message,
                     std::vector<Problem>* problems);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_YAML_MESSAGE_H_
