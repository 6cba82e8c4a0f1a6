#include "policy/diff.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/flow_text.h"

namespace sallyport::policy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using Kind = Difference::Kind;

std::string TextOf(const Message& message, std::string_view key) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(key));
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

// What an item of one of the policy's lists goes by.
std::string NameOf(const Message& item) {
  std::string name = TextOf(item, "name");
  return name.empty() ? TextOf(item, "issuer") : name;
}

// The same part of both policies; null where one lacks it.
struct Pair {
  const Message* before = nullptr;
  const Message* after = nullptr;

  const Message* any() const { return before != nullptr ? before : after; }
};

const Message* ItemOf(const Message* message, const FieldDescriptor* field, int index) {
  if (message == nullptr || index < 0) return nullptr;
  const auto* reflection = message->GetReflection();
  return index < reflection->FieldSize(*message, field)
             ? &reflection->GetRepeatedMessage(*message, field, index)
             : nullptr;
}

std::string ValueOf(const Message* message, const FieldDescriptor* field, int index) {
  if (message == nullptr) return "";
  if (!field->is_repeated()) {
    return message->GetReflection()->HasField(*message, field) ? FlowText(*message, *field, -1)
                                                               : "";
  }
  return index < 0 ? "" : FlowText(*message, *field, index);
}

class Collector : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  Collector(Pair whole, std::vector<Difference>* differences)
      : whole_(whole), differences_(differences) {}

  // What is handed in here are the innermost messages: the path needs them from the outermost on.
  void ReportAdded(const Message&, const Message&, const Path& path) override {
    Report(Kind::kAdded, path);
  }
  void ReportDeleted(const Message&, const Message&, const Path& path) override {
    Report(Kind::kRemoved, path);
  }
  void ReportModified(const Message&, const Message&, const Path& path) override {
    // Of what holds others, each of those was reported.
    const FieldDescriptor* last = path.back().field;
    const bool is_one =
        last->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || last->is_map() || IsDuration(*last);
    if (is_one) Report(Kind::kChanged, path);
  }

 private:
  void Report(Kind kind, const Path& path) {
    Pair at = whole_;
    Difference found = {.kind = kind, .path = "", .before = "", .after = ""};
    for (size_t i = 0; i < path.size(); ++i) {
      const auto& step = path[i];
      absl::StrAppend(&found.path, i == 0 ? "" : ".", step.field->name());
      if (step.field->is_map()) {
        TakeMap(at, step.field, &found);
        break;
      }
      // A duration has parts that nobody wrote.
      if (IsDuration(*step.field) && i + 1 < path.size()) found.kind = Kind::kChanged;
      if (i + 1 == path.size() || IsDuration(*step.field)) {
        TakeValue(at, step, &found);
        break;
      }
      at = Below(at, step);
      if (step.field->is_repeated() && at.any() != nullptr) {
        absl::StrAppend(&found.path, "[", NameOf(*at.any()), "]");
      }
    }
    // As a part of a duration or a map, which is told of as a whole; a list's items differ.
    const bool told = !differences_->empty() && differences_->back().kind == found.kind &&
                      differences_->back().path == found.path &&
                      differences_->back().before == found.before &&
                      differences_->back().after == found.after;
    if (!told) differences_->push_back(std::move(found));
  }

  static Pair Below(const Pair& at, const MessageDifferencer::SpecificField& step) {
    if (step.field->is_repeated()) {
      return {ItemOf(at.before, step.field, step.index),
              ItemOf(at.after, step.field, step.new_index)};
    }
    const auto below = [&step](const Message* message) {
      return message == nullptr ? nullptr
                                : &message->GetReflection()->GetMessage(*message, step.field);
    };
    return {below(at.before), below(at.after)};
  }

  // A map is told of as a whole: it is short, and its entries are in no order.
  static void TakeMap(const Pair& at, const FieldDescriptor* field, Difference* found) {
    const auto has = [field](const Message* message) {
      return message != nullptr && message->GetReflection()->FieldSize(*message, field) > 0;
    };
    if (has(at.before)) found->before = FlowText(*at.before, *field, -1);
    if (has(at.after)) found->after = FlowText(*at.after, *field, -1);
    found->kind = found->before.empty()  ? Kind::kAdded
                  : found->after.empty() ? Kind::kRemoved
                                         : Kind::kChanged;
  }

  static void TakeValue(const Pair& at, const MessageDifferencer::SpecificField& step,
                        Difference* found) {
    const bool is_added = found->kind == Kind::kAdded;
    const int after_index = is_added ? step.index : step.new_index;
    if (!is_added) found->before = ValueOf(at.before, step.field, step.index);
    if (found->kind != Kind::kRemoved) found->after = ValueOf(at.after, step.field, after_index);
    // Only the policy's own lists hold items that go by a name.
    if (!step.field->is_repeated() || step.field->containing_type() != v1::Policy::descriptor()) {
      return;
    }
    const Message* item = is_added ? ItemOf(at.after, step.field, after_index)
                                   : ItemOf(at.before, step.field, step.index);
    if (item != nullptr) absl::StrAppend(&found->path, "[", NameOf(*item), "]");
  }

  const Pair whole_;
  std::vector<Difference>* const differences_;
};

// What was removed from a list and added to it again has moved.
void JoinMoves(std::vector<Difference>* differences) {
  for (auto added = differences->begin(); added != differences->end(); ++added) {
    if (added->kind != Kind::kAdded) continue;
    const auto removed =
        std::find_if(differences->begin(), differences->end(), [&added](const Difference& other) {
          return other.kind == Kind::kRemoved && other.path == added->path &&
                 other.before == added->after;
        });
    if (removed == differences->end()) continue;
    added->kind = Kind::kMoved;
    added->before = added->after;
    // Found again by no other.
    removed->path.clear();
  }
  std::erase_if(*differences, [](const Difference& other) { return other.path.empty(); });
}

std::string_view Word(Kind kind) {
  switch (kind) {
    case Kind::kAdded:
      return "added";
    case Kind::kRemoved:
      return "removed";
    case Kind::kMoved:
      return "moved";
    case Kind::kChanged:
      break;
  }
  return "changed";
}

}  // namespace

std::vector<Difference> Diff(const v1::Policy& before, const v1::Policy& after) {
  MessageDifferencer differencer;
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SMART_LIST);
  differencer.set_report_moves(false);
  for (const char* list : {"stores", "brokers", "listeners", "tenants"}) {
    const FieldDescriptor* field = v1::Policy::descriptor()->FindFieldByName(list);
    differencer.TreatAsMap(field, field->message_type()->FindFieldByName("name"));
  }
  const FieldDescriptor* issuers = v1::Policy::descriptor()->FindFieldByName("token_issuers");
  differencer.TreatAsMap(issuers, issuers->message_type()->FindFieldByName("issuer"));
  std::vector<Difference> differences;
  Collector collector({&before, &after}, &differences);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(before, after);
  JoinMoves(&differences);
  return differences;
}

std::string DiffText(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) {
    absl::StrAppend(&text, difference.path, ": ");
    switch (difference.kind) {
      case Kind::kAdded:
        absl::StrAppend(&text, "added ", difference.after);
        break;
      case Kind::kRemoved:
        absl::StrAppend(&text, "removed ", difference.before);
        break;
      case Kind::kMoved:
        absl::StrAppend(&text, "moved ", difference.after);
        break;
      case Kind::kChanged:
        absl::StrAppend(&text, difference.before, " became ", difference.after);
    }
    text += '\n';
  }
  return text;
}

nlohmann::ordered_json DiffJson(const std::vector<Difference>& differences) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Difference& difference : differences) {
    nlohmann::ordered_json one = {{"path", difference.path},
                                  {"change", std::string(Word(difference.kind))}};
    if (!difference.before.empty()) one["before"] = difference.before;
    if (!difference.after.empty()) one["after"] = difference.after;
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace sallyport::policy
