#include "policy/flow_text.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "policy/enum_word.h"

namespace sallyport::policy {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    // As YAML has it.
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

std::string DurationText(const Message& message) {
  Duration duration;
  duration.CopyFrom(message);
  return absl::FormatDuration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

std::string One(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& value = repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                      : reflection.GetMessage(message, &field);
      return IsDuration(field) ? DurationText(value) : FlowText(value);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return Quoted(repeated
                        ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                        : reflection.GetStringReference(message, &field, &scratch));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(repeated ? *reflection.GetRepeatedEnum(message, &field, index)
                               : *reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetUInt64(message, &field));
    default:
      // The schema has no other.
      return "?";
  }
}

// Of strings to strings; in no order of its own.
std::string MapText(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> entries;
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const auto* type = entry.GetDescriptor();
    entries.push_back(
        absl::StrCat(One(entry, *type->map_key(), 0), ": ", One(entry, *type->map_value(), 0)));
  }
  std::sort(entries.begin(), entries.end());
  return absl::StrCat("{", absl::StrJoin(entries, ", "), "}");
}

}  // namespace

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == Duration::descriptor();
}

std::string FlowText(const Message& message) {
  std::vector<const FieldDescriptor*> given;
  message.GetReflection()->ListFields(message, &given);
  std::string text = "{";
  for (const FieldDescriptor* field : given) {
    absl::StrAppend(&text, text.size() == 1 ? "" : ", ", field->name(), ": ",
                    FlowText(message, *field, -1));
  }
  return text + "}";
}

std::string FlowText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.is_map()) return MapText(message, field);
  if (!field.is_repeated() || index >= 0) return One(message, field, index);
  std::string text = "[";
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", One(message, field, i));
  }
  return text + "]";
}

}  // namespace sallyport::policy
