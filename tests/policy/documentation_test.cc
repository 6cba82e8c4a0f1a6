// Holds docs/policy.md to the code: every example in it loads, and it explains every key
// of the schema. Before each example stands <!-- policy --> where it is a whole one, or
// <!-- rules --> where it belongs below `rules`; before each table of keys, <!-- keys of
// MESSAGE -->.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "policy/enum_word.h"
#include "process/file.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kKeysOf = "<!-- keys of ";
constexpr std::string_view kEnd = " -->";

std::vector<std::string> Lines() {
  const auto text = process::ReadFile("docs/policy.md", 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? absl::StrSplit(*text, '\n') : std::vector<std::string>();
}

struct Example {
  // The line before it.
  std::string mark;
  std::string text;
};

std::vector<Example> Examples() {
  std::vector<Example> examples;
  bool inside = false;
  std::string before;
  for (const std::string& line : Lines()) {
    if (line == "```yaml") {
      examples.push_back({.mark = before, .text = ""});
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      examples.back().text += line + "\n";
    }
    before = line;
  }
  return examples;
}

// The keys in the tables, by message.
std::map<std::string, std::set<std::string>> Tables() {
  std::map<std::string, std::set<std::string>> tables;
  std::string message;
  for (const std::string& line : Lines()) {
    if (line.starts_with(kKeysOf) && line.ends_with(kEnd)) {
      message = line.substr(kKeysOf.size(), line.size() - kKeysOf.size() - kEnd.size());
      tables[message];
    } else if (line.empty()) {
      message.clear();
    } else if (!message.empty() && line.starts_with("| `")) {
      const std::string key = line.substr(3, line.find('`', 3) - 3);
      EXPECT_TRUE(tables[message].insert(key).second) << message << "." << key << " stands twice";
    }
  }
  return tables;
}

void Collect(const Descriptor* type, std::set<const Descriptor*>* types) {
  if (type == google::protobuf::Duration::descriptor() || !types->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->message_type() != nullptr && !field->is_map()) {
      Collect(field->message_type(), types);
    }
  }
}

std::set<const Descriptor*> SchemaTypes() {
  std::set<const Descriptor*> types;
  Collect(v1::Policy::descriptor(), &types);
  return types;
}

TEST(PolicyDocumentation, HasOnlyExamplesThatLoad) {
  const std::vector<Example> examples = Examples();
  EXPECT_GE(examples.size(), 8u);
  for (const Example& example : examples) {
    if (example.mark == "<!-- policy -->") {
      EXPECT_EQ(Error(example.text), "") << example.text;
      continue;
    }
    ASSERT_EQ(example.mark, "<!-- rules -->") << example.text;
    std::string text =
        "stores: [{name: main, sqlite: {path: /x.db}}]\n"
        "rules:\n  stores: [{store: main}]\n";
    for (const std::string_view line :
         std::vector<std::string>(absl::StrSplit(example.text, '\n'))) {
      text += "  " + std::string(line) + "\n";
    }
    EXPECT_EQ(Error(text), "") << text;
  }
}

TEST(PolicyDocumentation, ExplainsEachKeyAndNoOther) {
  std::map<std::string, std::set<std::string>> tables = Tables();
  for (const Descriptor* type : SchemaTypes()) {
    ASSERT_TRUE(tables.contains(type->name())) << "no table has the keys of " << type->name();
    std::set<std::string> keys;
    for (int i = 0; i < type->field_count(); ++i) keys.insert(type->field(i)->name());
    EXPECT_EQ(tables[type->name()], keys) << type->name();
    tables.erase(type->name());
  }
  for (const auto& [name, keys] : tables) ADD_FAILURE() << "there is no message " << name;
}

TEST(PolicyDocumentation, NamesEachWordThatAKeyTakes) {
  std::string text;
  for (const std::string& line : Lines()) text += line + "\n";
  for (const Descriptor* type : SchemaTypes()) {
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* words = type->field(i)->enum_type();
      for (int j = 1; words != nullptr && j < words->value_count(); ++j) {
        const std::string word = EnumWord(*words->value(j));
        EXPECT_NE(text.find("`" + word + "`"), std::string::npos) << type->name() << ": " << word;
      }
    }
  }
}

TEST(PolicyExamples, Load) {
  for (const char* name : {"single-broker", "fleet", "tokens"}) {
    const auto text =
        process::ReadFile("deploy/policies/" + std::string(name) + ".yaml", kMaxPolicyBytes);
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(Error(*text), "") << name;
  }
}

TEST(PolicyExamples, OfAFleetKeepItsTenantsApart) {
  const auto text = process::ReadFile("deploy/policies/fleet.yaml", kMaxPolicyBytes);
  ASSERT_TRUE(text.ok());
  const auto policy = MustLoad(*text);
  const BrokerPolicy* fleet = policy->FindBrokerNamed("fleet");
  const auto tenant = [&](std::string_view listener, std::string_view hostname) {
    return TenantAt(*policy, {.listener = listener, .server_name = "", .broker = fleet}, hostname);
  };
  EXPECT_EQ(tenant("amqps", "q.acme.example"), "acme");
  EXPECT_EQ(tenant("acme-1", ""), "acme");
  EXPECT_EQ(tenant("acme-1", "globex.example"), "(tenant_unknown)");
  EXPECT_EQ(tenant("amqps", ""), "(tenant_unknown)");
  EXPECT_EQ(tenant("amqp", "acme.example"), "(broker_not_allowed)");
  const LoginPolicy* staff = LoginAt(
      *policy, {.listener = "amqps", .server_name = "", .broker = fleet}, "operations.example");
  ASSERT_NE(staff, nullptr);
  EXPECT_EQ(Offered(*staff, {.encrypted = true}), "PLAIN");
  EXPECT_EQ(policy->policy().stores(static_cast<int>(staff->stores()[0].store)).name(), "staff");
}

}  // namespace
}  // namespace sallyport::policy
