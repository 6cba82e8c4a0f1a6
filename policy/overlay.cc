#include "policy/overlay.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include <memory>
#include <vector>

namespace sallyport::policy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A duration is one value, though a message.
bool IsGroup(const FieldDescriptor& field) {
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() != google::protobuf::Duration::descriptor();
}

void OverlayMessage(const Message& over, Message* onto) {
  const std::unique_ptr<Message> values(over.New());
  values->CopyFrom(over);
  std::vector<const FieldDescriptor*> given;
  over.GetReflection()->ListFields(over, &given);
  for (const FieldDescriptor* field : given) {
    if (IsGroup(*field)) {
      OverlayMessage(over.GetReflection()->GetMessage(over, field),
                     onto->GetReflection()->MutableMessage(onto, field));
      values->GetReflection()->ClearField(values.get(), field);
    } else {
      onto->GetReflection()->ClearField(onto, field);
    }
  }
  onto->MergeFrom(*values);
}

}  // namespace

void Overlay(const v1::LoginRules& over, v1::LoginRules* rules) { OverlayMessage(over, rules); }

}  // namespace sallyport::policy
