#include "policy/name_index.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::policy {
namespace {

using Kind = NameIndex::Kind;
using std::string_literals::operator""s;

NameIndex Index(Kind kind, std::initializer_list<std::string_view> patterns) {
  NameIndex index(kind);
  uint32_t value = 0;
  for (const std::string_view pattern : patterns) {
    EXPECT_EQ(index.Problem(pattern), nullptr) << pattern;
    EXPECT_FALSE(index.Add(pattern, value++)) << pattern;
  }
  return index;
}

TEST(NameIndex, FindsTheNameItselfThenTheLongestPattern) {
  const NameIndex hosts =
      Index(Kind::kHost, {"a.example", "*.example", "*.a.example", "*", "x.a.example"});
  EXPECT_EQ(hosts.Find("a.example"), 0u);
  EXPECT_EQ(hosts.Find("b.example"), 1u);
  EXPECT_EQ(hosts.Find("y.a.example"), 2u);
  EXPECT_EQ(hosts.Find("z.y.a.example"), 2u);
  EXPECT_EQ(hosts.Find("x.a.example"), 4u);
  EXPECT_EQ(hosts.Find("example"), 3u);
  const NameIndex names = Index(Kind::kPrefix, {"acme", "acme-*", "acme-eu-*", "*"});
  EXPECT_EQ(names.Find("acme"), 0u);
  EXPECT_EQ(names.Find("acme-us"), 1u);
  EXPECT_EQ(names.Find("acme-"), 1u);
  EXPECT_EQ(names.Find("acme-eu-1"), 2u);
  EXPECT_EQ(names.Find("acm"), 3u);
}

TEST(NameIndex, TakesAHostWithoutCaseAndWithADotAtItsEnd) {
  const NameIndex hosts = Index(Kind::kHost, {"A.Example", "*.B.example."});
  EXPECT_EQ(hosts.Find("a.example"), 0u);
  EXPECT_EQ(hosts.Find("A.EXAMPLE."), 0u);
  EXPECT_EQ(hosts.Find("x.b.EXAMPLE"), 1u);
  EXPECT_EQ(hosts.Find("x.b.example."), 1u);
  EXPECT_EQ(hosts.Find("a.example.."), std::nullopt);
  // What differs in nothing else is the same.
  NameIndex twice(Kind::kHost);
  twice.Add("a.example", 1);
  EXPECT_EQ(twice.Add("A.example.", 2), 1u);
  EXPECT_EQ(twice.Find("a.example"), 1u);
}

TEST(NameIndex, TakesOtherNamesAsTheyAre) {
  const NameIndex names = Index(Kind::kPrefix, {"acme"});
  EXPECT_EQ(names.Find("Acme"), std::nullopt);
  EXPECT_EQ(names.Find("acme."), std::nullopt);
}

TEST(NameIndex, WantsSomethingInPlaceOfTheAsteriskOfAHost) {
  const NameIndex hosts = Index(Kind::kHost, {"*.a.example"});
  for (const char* name : {"a.example", ".a.example", "..a.example", "xa.example", "", "."}) {
    EXPECT_EQ(hosts.Find(name), std::nullopt) << name;
  }
}

TEST(NameIndex, FindsNothingForWhatIsNoHost) {
  const NameIndex hosts = Index(Kind::kHost, {"*.a.example", "*"});
  for (const std::string& name :
       {""s, "."s, "x\0.a.example"s, "\0"s, "x .a.example"s, "x\n.a.example"s, "x..a.example"s,
        "evil/x.a.example"s, "u@x.a.example"s, "*.a.example"s, "x.a.example\0"s,
        "\x7f.a.example"s}) {
    EXPECT_EQ(hosts.Find(name), std::nullopt) << name;
  }
  EXPECT_EQ(hosts.Find("bücher.a.example"), 0u);
  EXPECT_EQ(hosts.Find("\xff.a.example"), 0u);
  EXPECT_EQ(hosts.Find("192.0.2.1"), 1u);
  EXPECT_EQ(hosts.Find("2001:db8::1"), 1u);
}

TEST(NameIndex, SaysWhatIsNoPattern) {
  const NameIndex hosts(Kind::kHost);
  for (const char* pattern : {"", "*example", "a.*", "a.*.example", "*.*", "*.", "**", "*.a.*",
                              "https://a.example", "a b", ".a", "a..b", "*..a", ".", "a@b"}) {
    EXPECT_NE(hosts.Problem(pattern), nullptr) << pattern;
  }
  const NameIndex names(Kind::kPrefix);
  for (const char* pattern : {"", "*a", "a*b", "a**", "**"}) {
    EXPECT_NE(names.Problem(pattern), nullptr) << pattern;
  }
  EXPECT_EQ(names.Problem("*"), nullptr);
}

TEST(NameIndex, FindsNothingWhereItIsEmpty) {
  const NameIndex none(Kind::kHost);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.Find("a"), std::nullopt);
}

}  // namespace
}  // namespace sallyport::policy
