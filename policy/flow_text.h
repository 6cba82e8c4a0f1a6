#ifndef SALLYPORT_POLICY_FLOW_TEXT_H_
#define SALLYPORT_POLICY_FLOW_TEXT_H_

// Parts of a policy on one line, as an operator would write them. Pure.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

namespace sallyport::policy {

// FlowText is a mapping such as "{name: 'main', sqlite: {path: '/x.db'}}"; a duration is
// "1m30s".
std::string FlowText(const google::protobuf::Message& message);

// FlowText is the value of a field; of a list, of its item `index` (-1: the whole field).
std::string FlowText(const google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field, int index);

// IsDuration says whether a field is a google.protobuf.Duration: one value, though a
// message.
bool IsDuration(const google::protobuf::FieldDescriptor& field);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_FLOW_TEXT_H_
