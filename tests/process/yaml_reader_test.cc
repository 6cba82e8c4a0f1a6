#include "process/yaml_reader.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sallyport::process {
namespace {

constexpr absl::Duration kLongest = absl::Hours(1);

YamlDocument Parse(std::string_view text) {
  absl::StatusOr<YamlDocument> document = YamlDocument::FromText(text, "c.yaml");
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

std::string ParseError(std::string_view text) {
  const absl::Status status = YamlDocument::FromText(text, "c.yaml").status();
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

std::string FinishError(const YamlDocument& document) {
  return std::string(document.Finish().message());
}

TEST(YamlReader, ReadsEveryKindOfValue) {
  YamlDocument document = Parse(
      "name: sallyport\nquoted: \"12\"\non: true\ncount: 7\nsize: 64KiB\nplain: 4096\n"
      "time: 250ms\nlist: [a, b]\nmode: strict\ntls: {file: x}\nlisteners: [{p: 1}, {p: 2}]\n"
      "stores: {main: {p: 3}, spare: {p: 4}}\n");
  YamlMapping root = document.root();
  EXPECT_EQ(root.String("name", ""), "sallyport");
  EXPECT_EQ(root.RequiredString("quoted"), "12");
  EXPECT_TRUE(root.Bool("on", false));
  EXPECT_EQ(root.Uint("count", 0, 1, 10), 7u);
  EXPECT_EQ(root.Size("size", 0, 0, 1 << 20), 65536u);
  EXPECT_EQ(root.Size("plain", 0, 0, 1 << 20), 4096u);
  EXPECT_EQ(root.Duration("time", {}, {}, kLongest), absl::Milliseconds(250));
  EXPECT_EQ(root.StringList("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(root.Choice("mode", 0, {{"lax", 1}, {"strict", 2}}), 2);
  EXPECT_EQ(root.Mapping("tls")->RequiredString("file"), "x");
  std::vector<uint64_t> ports;
  for (YamlMapping listener : root.MappingList("listeners")) {
    ports.push_back(listener.Uint("p", 0, 0, 9));
  }
  for (auto& [name, store] : root.NamedMappings("stores")) {
    ports.push_back(store.Uint("p", 0, 0, 9) + (name == "spare" ? 100 : 0));
  }
  EXPECT_EQ(ports, (std::vector<uint64_t>{1, 2, 3, 104}));
  EXPECT_TRUE(document.Finish().ok()) << document.Finish();
}

TEST(YamlReader, FallsBackWhereAKeyIsMissing) {
  YamlDocument document = Parse("# nothing but a comment\n");
  YamlMapping root = document.root();
  EXPECT_EQ(root.String("a", "x"), "x");
  EXPECT_EQ(root.OptionalString("a"), std::nullopt);
  EXPECT_TRUE(root.Bool("b", true));
  EXPECT_EQ(root.Uint("c", 3, 1, 10), 3u);
  EXPECT_EQ(root.Size("d", 4, 1, 10), 4u);
  EXPECT_EQ(root.Duration("e", absl::Seconds(5), {}, kLongest), absl::Seconds(5));
  EXPECT_TRUE(root.StringList("f").empty());
  EXPECT_EQ(root.Choice("g", 6, {{"x", 1}}), 6);
  EXPECT_FALSE(root.Mapping("h").has_value());
  EXPECT_TRUE(root.MappingList("i").empty());
  EXPECT_TRUE(document.Finish().ok());
}

TEST(YamlReader, NamesAnUnknownKeyItsPlaceAndTheNearestKnownOne) {
  YamlDocument document = Parse("a: 1\n\ntls:\n  lisen: x\n");
  document.root().Uint("a", 0, 0, 9);
  document.root().Mapping("tls")->String("listen", "");
  EXPECT_EQ(FinishError(document), "c.yaml:4:3: unknown key 'lisen'; did you mean 'listen'?");
}

TEST(YamlReader, GuessesNothingForAKeyUnlikeAnyOther) {
  YamlDocument document = Parse("entirely_different: 1\n");
  document.root().String("listen", "");
  EXPECT_EQ(FinishError(document), "c.yaml:1:1: unknown key 'entirely_different'");
}

TEST(YamlReader, RefusesAMappingThatNobodyRead) {
  YamlDocument document = Parse("tls:\n  file: x\n");
  EXPECT_EQ(FinishError(document), "c.yaml:1:1: unknown key 'tls'");
}

TEST(YamlReader, RefusesEveryWrongValueWithWhatWasExpected) {
  struct Case {
    std::string value;
    std::string expected;
    void (*read)(YamlMapping&);
  };
  const std::vector<Case> cases = {
      {"[1]", "a string", [](YamlMapping& m) { m.String("k", ""); }},
      {"", "a string", [](YamlMapping& m) { m.String("k", ""); }},
      {"''", "a string that is not empty", [](YamlMapping& m) { m.RequiredString("k"); }},
      {"yes", "true or false", [](YamlMapping& m) { m.Bool("k", false); }},
      {"11", "a number from 1 to 10", [](YamlMapping& m) { m.Uint("k", 1, 1, 10); }},
      {"0", "a number from 1 to 10", [](YamlMapping& m) { m.Uint("k", 1, 1, 10); }},
      {"+1", "a number from 1 to 10", [](YamlMapping& m) { m.Uint("k", 1, 1, 10); }},
      {"99999999999999999999", "a number from 1 to 10",
       [](YamlMapping& m) { m.Uint("k", 1, 1, 10); }},
      {"2KiB", "a size such as 64KiB, from 1 to 1024 bytes",
       [](YamlMapping& m) { m.Size("k", 1, 1, 1024); }},
      {"99999999999999GiB", "a size such as 64KiB, from 1 to 1024 bytes",
       [](YamlMapping& m) { m.Size("k", 1, 1, 1024); }},
      {"1KB", "a size such as 64KiB, from 1 to 1024 bytes",
       [](YamlMapping& m) { m.Size("k", 1, 1, 1024); }},
      {"30", "a duration such as 250ms or 30s, from 0 to 1h",
       [](YamlMapping& m) { m.Duration("k", {}, {}, kLongest); }},
      {"-1s", "a duration such as 250ms or 30s, from 0 to 1h",
       [](YamlMapping& m) { m.Duration("k", {}, {}, kLongest); }},
      {"inf", "a duration such as 250ms or 30s, from 0 to 1h",
       [](YamlMapping& m) { m.Duration("k", {}, {}, kLongest); }},
      {"a", "a list of strings", [](YamlMapping& m) { m.StringList("k"); }},
      {"b", "one of 'x', 'y'",
       [](YamlMapping& m) {
         m.Choice("k", 0, {{"x", 1}, {"y", 2}});
       }},
      {"a", "a mapping", [](YamlMapping& m) { m.Mapping("k"); }},
      {"{a: b}", "a list of mappings", [](YamlMapping& m) { m.MappingList("k"); }},
  };
  for (const Case& c : cases) {
    YamlDocument document = Parse("x: 1\nk: " + c.value + "\n");
    YamlMapping root = document.root();
    root.String("x", "");
    c.read(root);
    const std::string error = FinishError(document);
    EXPECT_EQ(error.substr(0, 9), "c.yaml:2:") << error;
    EXPECT_TRUE(error.ends_with("key 'k': expected " + c.expected)) << c.value << ": " << error;
  }
}

TEST(YamlReader, KeepsTheFirstError) {
  YamlDocument document = Parse("a: x\nb: y\n");
  document.root().Uint("b", 0, 0, 9);
  document.root().Uint("a", 0, 0, 9);
  document.root().RequiredString("c");
  EXPECT_EQ(FinishError(document), "c.yaml:2:4: key 'b': expected a number from 0 to 9");
}

TEST(YamlReader, NamesAMissingKey) {
  YamlDocument document = Parse("tls:\n  a: 1\n");
  YamlMapping tls = *document.root().Mapping("tls");
  tls.String("a", "");
  EXPECT_EQ(tls.RequiredString("certificate"), "");
  EXPECT_EQ(FinishError(document), "c.yaml:2:3: key 'certificate' is missing: expected a string");
}

TEST(YamlReader, ExplainsAMissingKeyByTheMistypedOne) {
  YamlDocument document = Parse("certificat: x\n");
  document.root().RequiredString("certificate");
  EXPECT_EQ(FinishError(document),
            "c.yaml:1:1: unknown key 'certificat'; did you mean 'certificate'?");
}

TEST(YamlReader, ReportsWhatTheCallerRefuses) {
  YamlDocument document = Parse("a: 1\nb: 2\n");
  YamlMapping root = document.root();
  EXPECT_EQ(root.Place("b"), "c.yaml:2:4");
  root.String("a", "");
  root.String("b", "");
  root.Refuse("b", "must be less than 'a'");
  EXPECT_EQ(FinishError(document), "c.yaml:2:4: key 'b': must be less than 'a'");
}

TEST(YamlReader, ExpandsAliases) {
  YamlDocument document = Parse("one: &t {file: x}\ntwo: *t\n");
  EXPECT_EQ(document.root().Mapping("one")->RequiredString("file"), "x");
  EXPECT_EQ(document.root().Mapping("two")->RequiredString("file"), "x");
  EXPECT_TRUE(document.Finish().ok());
}

TEST(YamlReader, RefusesWhatIsNotOneMapping) {
  EXPECT_EQ(ParseError("- a\n- b\n"), "c.yaml:1:1: expected a mapping of keys to values");
  EXPECT_EQ(ParseError("a: 1\n---\nb: 2\n"),
            "c.yaml:2:1: a second document begins here; only one is read");
  EXPECT_EQ(ParseError("a: 1\nb: 2\na: 3\n"), "c.yaml:3:1: key 'a' is given twice");
  EXPECT_EQ(ParseError("[a]: 1\n"), "c.yaml:1:1: a key must be a plain word");
  EXPECT_EQ(ParseError("a: [1\n").substr(0, 7), "c.yaml:");
  EXPECT_EQ(ParseError("a: *nowhere\n").substr(0, 11), "c.yaml:1:4:");
}

TEST(YamlReader, BoundsDepthSizeAndExpansion) {
  const std::string deep = "a: " + std::string(40, '[') + std::string(40, ']');
  EXPECT_NE(ParseError(deep).find("nested deeper than 32 levels"), std::string::npos);
  const std::string deeper = "a: " + std::string(100'000, '[');
  EXPECT_NE(ParseError(deeper), "");
  EXPECT_NE(ParseError("a: &x [*x]\n"), "");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += last + ", ";
    bomb += last + "]\n";
  }
  EXPECT_NE(ParseError(bomb).find("more than 100000 values"), std::string::npos);
  EXPECT_NE(ParseError(std::string((1 << 20) + 1, ' ')).find("larger than"), std::string::npos);
}

TEST(YamlReader, NamesTheFile) {
  const std::string path = testing::TempDir() + "sallyportd.yaml";
  std::ofstream(path) << "a: 1\n";
  absl::StatusOr<YamlDocument> document = YamlDocument::FromFile(path);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(FinishError(*document), path + ":1:1: unknown key 'a'");
  EXPECT_EQ(YamlDocument::FromFile(path + ".missing").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sallyport::process
