#include "policy/yaml_message.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/amqp/utf8.h"
#include "policy/enum_word.h"
#include "process/nearest_name.h"
#include "process/yaml_scalar.h"

namespace sallyport::policy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using process::YamlEntry;
using process::YamlNode;

// google.protobuf.Duration's own limit is 10,000 years; an operator's is a slip.
constexpr absl::Duration kLongest = absl::Hours(24 * 366 * 10);

constexpr std::string_view kAboveZero = "a number above 0; leave the key out to say nothing";

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) words.push_back(EnumWord(*type.value(i)));
  return words;
}

class Reader {
 public:
  explicit Reader(std::vector<Problem>* problems) : problems_(problems) {}

  void ReadMapping(const YamlNode& node, Message* message) {
    if (node.kind != YamlNode::Kind::kMapping) {
      return Refuse(node.place, "expected a mapping of keys to values");
    }
    for (const YamlEntry& entry : node.entries) ReadEntry(entry, message);
  }

 private:
  void Refuse(process::YamlPlace place, std::string message) {
    problems_->push_back({place, std::move(message)});
  }

  void Expected(const YamlNode& node, const FieldDescriptor& field, std::string_view what) {
    Refuse(node.place, absl::StrCat("key '", field.name(), "': expected ", std::string(what)));
  }

  void ReadEntry(const YamlEntry& entry, Message* message) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(entry.key);
    if (field == nullptr) return RefuseUnknown(entry, *message->GetDescriptor());
    if (const auto* group = field->real_containing_oneof(); group != nullptr) {
      const FieldDescriptor* other =
          message->GetReflection()->GetOneofFieldDescriptor(*message, group);
      if (other != nullptr) {
        return Refuse(entry.place, absl::StrCat("key '", entry.key, "': expected only one of '",
                                                other->name(), "' and '", entry.key, "'"));
      }
    }
    if (field->is_map()) return ReadMap(entry.value, *field, message);
    if (field->is_repeated()) return ReadList(entry.value, *field, message);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsDuration(*field)) {
      return ReadMapping(entry.value, message->GetReflection()->MutableMessage(message, field));
    }
    ReadScalar(entry.value, *field, message);
  }

  void RefuseUnknown(const YamlEntry& entry, const Descriptor& type) {
    std::vector<std::string> known;
    for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
    std::string text = absl::StrCat("unknown key '", entry.key, "'");
    if (const auto nearest = process::NearestName(entry.key, known)) {
      absl::StrAppend(&text, "; did you mean '", *nearest, "'?");
    } else {
      absl::StrAppend(&text, "; there are: ", absl::StrJoin(known, ", "));
    }
    Refuse(entry.place, std::move(text));
  }

  void ReadList(const YamlNode& node, const FieldDescriptor& field, Message* message) {
    if (node.kind != YamlNode::Kind::kSequence) return Expected(node, field, "a list");
    if (node.items.empty()) {
      return Expected(node, field, "a list that is not empty; leave the key out to say nothing");
    }
    for (const YamlNode& item : node.items) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ReadMapping(item, message->GetReflection()->AddMessage(message, &field));
      } else {
        ReadScalar(item, field, message);
      }
    }
  }

  // Of strings to strings: the schema has no other.
  void ReadMap(const YamlNode& node, const FieldDescriptor& field, Message* message) {
    if (node.kind != YamlNode::Kind::kMapping) {
      return Expected(node, field, "a mapping of keys to values");
    }
    for (const YamlEntry& entry : node.entries) {
      if (entry.value.kind != YamlNode::Kind::kScalar) {
        Expected(entry.value, field, "strings as values");
        continue;
      }
      for (const std::string* text : {&entry.key, &entry.value.scalar}) {
        if (const char* problem = StringProblem(*text)) {
          return Expected(entry.value, field, problem);
        }
      }
      Message* pair = message->GetReflection()->AddMessage(message, &field);
      const Descriptor* type = pair->GetDescriptor();
      pair->GetReflection()->SetString(pair, type->map_key(), entry.key);
      pair->GetReflection()->SetString(pair, type->map_value(), entry.value.scalar);
    }
  }

  // What is given but says nothing, or hides something.
  static const char* StringProblem(const std::string& text) {
    if (text.empty()) return "a string that is not empty; leave the key out to say nothing";
    if (!amqp::IsUtf8(text)) return "UTF-8";
    const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
    });
    return clean ? nullptr : "a string without control characters";
  }

  // Zero would be as good as nothing in a field that cannot be absent.
  static bool SaysNothing(const FieldDescriptor& field, uint64_t number) {
    return number == 0 && !field.has_presence();
  }

  void ReadScalar(const YamlNode& node, const FieldDescriptor& field, Message* message) {
    if (node.kind != YamlNode::Kind::kScalar) return Expected(node, field, WhatIs(field));
    if (IsDuration(field)) return ReadDuration(node, field, message);
    const Reflection* reflection = message->GetReflection();
    const auto put = [&](auto set, auto add, auto value) {
      if (field.is_repeated()) {
        (reflection->*add)(message, &field, value);
      } else {
        (reflection->*set)(message, &field, value);
      }
    };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (const char* problem = StringProblem(node.scalar)) return Expected(node, field, problem);
        return put(&Reflection::SetString, &Reflection::AddString, node.scalar);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (const auto value = process::ParseYamlBool(node.scalar)) {
          return put(&Reflection::SetBool, &Reflection::AddBool, *value);
        }
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        if (const auto value = process::ParseYamlUint(node.scalar); value && *value <= UINT32_MAX) {
          if (SaysNothing(field, *value)) return Expected(node, field, kAboveZero);
          return put(&Reflection::SetUInt32, &Reflection::AddUInt32, static_cast<uint32_t>(*value));
        }
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        if (const auto value = process::ParseYamlSize(node.scalar)) {
          if (SaysNothing(field, *value)) return Expected(node, field, kAboveZero);
          return put(&Reflection::SetUInt64, &Reflection::AddUInt64, *value);
        }
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        for (int i = 1; i < field.enum_type()->value_count(); ++i) {
          const EnumValueDescriptor* value = field.enum_type()->value(i);
          if (EnumWord(*value) == node.scalar) {
            return put(&Reflection::SetEnum, &Reflection::AddEnum, value);
          }
        }
        break;
      default:
        break;
    }
    Expected(node, field, WhatIs(field));
  }

  void ReadDuration(const YamlNode& node, const FieldDescriptor& field, Message* message) {
    absl::Duration value;
    if (!absl::ParseDuration(node.scalar, &value) || value < absl::ZeroDuration() ||
        value > kLongest) {
      return Expected(node, field, WhatIs(field));
    }
    google::protobuf::Duration duration;
    duration.set_seconds(absl::IDivDuration(value, absl::Seconds(1), &value));
    duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(value)));
    message->GetReflection()->MutableMessage(message, &field)->CopyFrom(duration);
  }

  static std::string WhatIs(const FieldDescriptor& field) {
    if (IsDuration(field)) return "a duration such as 250ms, 30s or 24h";
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return "true or false";
      case FieldDescriptor::CPPTYPE_UINT32:
        return "a number";
      case FieldDescriptor::CPPTYPE_UINT64:
        return "a size such as 4096 or 64KiB";
      case FieldDescriptor::CPPTYPE_ENUM:
        return absl::StrCat("one of ", absl::StrJoin(EnumWords(*field.enum_type()), ", "));
      default:
        return "a string";
    }
  }

  std::vector<Problem>* const problems_;
};

}  // namespace

void ReadYamlMessage(const YamlNode& node, Message* message, std::vector<Problem>* problems) {
  Reader(problems).ReadMapping(node, message);
}

}  // namespace sallyport::policy
