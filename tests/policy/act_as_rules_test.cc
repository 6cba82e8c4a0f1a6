#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/authorization.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

// Whether `rules` (a list in YAML) let `actor` act as `other`.
class Rules {
 public:
  explicit Rules(const std::string& rules)
      : policy_(MustLoad(std::string("stores: [{name: main, sqlite: {path: /x.db}}]\n"
                                     "rules:\n  stores: [{store: main}]\n  act_as:\n") +
                         rules)) {}

  bool Allow(std::string_view actor, std::string_view other,
             const std::vector<std::string>& groups = {}) const {
    if (policy_ == nullptr) return false;
    return LoginAt(*policy_, {})
        ->act_as()
        .Allows({.name = actor, .groups = groups}, other, nullptr);
  }

 private:
  const std::shared_ptr<const Policy> policy_;
};

std::string ErrorOf(const std::string& rule) {
  return Error(std::string("stores: [{name: main, sqlite: {path: /x.db}}]\n"
                           "rules:\n  stores: [{store: main}]\n  act_as:\n    - ") +
               rule);
}

TEST(ActAsRules, LetNobodyActAsAnotherWhereThereAreNone) {
  const auto policy = MustLoad(kStore);
  const std::vector<std::string> groups = {"admins"};
  EXPECT_FALSE(
      LoginAt(*policy, {})->act_as().Allows({.name = "a", .groups = groups}, "b", nullptr));
}

TEST(ActAsRules, KnowUsersByNamePatternOrGroup) {
  const Rules rules(R"yaml(
    - {users: [alice], as_users: [bob]}
    - {user_pattern: "svc-.*", as_users: [queue]}
    - {groups: [admins], as_pattern: ".*"}
)yaml");
  EXPECT_TRUE(rules.Allow("alice", "bob"));
  EXPECT_FALSE(rules.Allow("alice", "queue"));
  EXPECT_FALSE(rules.Allow("Alice", "bob"));
  EXPECT_FALSE(rules.Allow("bob", "alice"));
  EXPECT_TRUE(rules.Allow("svc-a", "queue"));
  EXPECT_FALSE(rules.Allow("x-svc-a", "queue"));
  EXPECT_TRUE(rules.Allow("carol", "anybody", {"users", "admins"}));
  EXPECT_FALSE(rules.Allow("carol", "anybody", {"users", "administrators"}));
  EXPECT_FALSE(rules.Allow("admins", "anybody"));
}

TEST(ActAsRules, MatchPatternsAsAWhole) {
  const Rules rules(R"yaml(
    - {user_pattern: "a|b", as_pattern: "x|y"}
)yaml");
  EXPECT_TRUE(rules.Allow("a", "y"));
  EXPECT_FALSE(rules.Allow("ab", "x"));
  EXPECT_FALSE(rules.Allow("a", "xy"));
  EXPECT_FALSE(rules.Allow("a", "zy"));
  EXPECT_FALSE(rules.Allow("a", "x\n"));
  EXPECT_FALSE(rules.Allow("a\n", "x"));
  EXPECT_FALSE(rules.Allow("a", ""));
}

TEST(ActAsRules, TakeWhatTheGroupMatchedLiterally) {
  const Rules rules(R"yaml(
    - {user_pattern: "proxy-(.*)", as_pattern: 'user-\1'}
)yaml");
  EXPECT_TRUE(rules.Allow("proxy-a", "user-a"));
  EXPECT_FALSE(rules.Allow("proxy-a", "user-b"));
  EXPECT_FALSE(rules.Allow("proxy-.*", "user-b"));
  EXPECT_TRUE(rules.Allow("proxy-.*", "user-.*"));
  EXPECT_FALSE(rules.Allow("proxy-a|root", "root"));
  EXPECT_FALSE(rules.Allow("proxy-a)|(root", "root"));
  EXPECT_FALSE(rules.Allow("proxy-\\E.*", "user-b"));
  EXPECT_FALSE(rules.Allow("proxy-\\1", "user-1"));
  EXPECT_FALSE(rules.Allow("proxy-(?i)A", "user-a"));
  EXPECT_TRUE(rules.Allow("proxy-ü", "user-ü"));
  EXPECT_TRUE(rules.Allow(std::string_view("proxy-a\0b", 9), std::string_view("user-a\0b", 8)));
  EXPECT_FALSE(rules.Allow(std::string_view("proxy-a\0b", 9), "user-a"));
  EXPECT_FALSE(rules.Allow("proxy-\xff", "user-\xff"));
}

TEST(ActAsRules, TakeWhatStandsBehindTheGroupForAllOfIt) {
  const Rules optional(R"yaml(
    - {user_pattern: "(.*)", as_pattern: '\1?-jobs'}
)yaml");
  EXPECT_TRUE(optional.Allow("alice", "alice-jobs"));
  EXPECT_TRUE(optional.Allow("alice", "-jobs"));
  EXPECT_FALSE(optional.Allow("alice", "alic-jobs"));
  const Rules counted(R"yaml(
    - {user_pattern: "(.*)", as_pattern: 'a{\1}'}
)yaml");
  EXPECT_FALSE(counted.Allow("3", "aaa"));
  EXPECT_TRUE(counted.Allow("3", "a{3}"));
}

TEST(ActAsRules, LetAGroupThatMatchedNothingStandForNobody) {
  const Rules rules(R"yaml(
    - {user_pattern: "proxy(-.*)?", as_pattern: '\1.*'}
)yaml");
  EXPECT_FALSE(rules.Allow("proxy", "root"));
  EXPECT_TRUE(rules.Allow("proxy-a", "-a-root"));
  const Rules empty(R"yaml(
    - {user_pattern: "proxy-(.*)", as_pattern: '\1.*'}
)yaml");
  EXPECT_FALSE(empty.Allow("proxy-", "root"));
}

TEST(ActAsRules, KnowAGroupOnlyOfWhomThePatternMatches) {
  const Rules rules(R"yaml(
    - {users: [boss], groups: [ops], user_pattern: "proxy-(.*)", as_pattern: 'user-\1'}
)yaml");
  EXPECT_FALSE(rules.Allow("boss", "user-"));
  EXPECT_FALSE(rules.Allow("boss", "user-boss"));
  EXPECT_FALSE(rules.Allow("a", "user-a", {"ops"}));
  EXPECT_TRUE(rules.Allow("proxy-a", "user-a"));
}

TEST(ActAsRules, TellAnEscapedBackslashFromAGroup) {
  const Rules rules(R"yaml(
    - {user_pattern: "(.*)", as_pattern: 'a\\1'}
)yaml");
  EXPECT_TRUE(rules.Allow("w", "a\\1"));
  EXPECT_FALSE(rules.Allow("w", "ax"));
  EXPECT_FALSE(rules.Allow("w", "aw"));
}

TEST(ActAsRules, TakeBracketsBesideAGroup) {
  const Rules rules(R"yaml(
    - {user_pattern: "(.*)", as_pattern: '[]\]^[:digit:][]+-\1-[^]a]'}
)yaml");
  EXPECT_TRUE(rules.Allow("u", "]1[-u-b"));
  EXPECT_FALSE(rules.Allow("u", "]1[-u-a"));
  EXPECT_FALSE(rules.Allow("u", "]1[-v-b"));
}

TEST(ActAsRules, AreRefusedWhereTheyCannotBeMeant) {
  const auto refused = [](const std::string& rule, const std::string& why) {
    const std::string error = ErrorOf(rule);
    EXPECT_NE(error.find(why), std::string::npos) << rule << "\n" << error;
  };
  refused("{as_users: [a]}", "p.yaml:5:7: rules.act_as[0]: expected 'users', 'user_pattern'");
  refused("{users: [a]}", "rules.act_as[0]: expected 'as_users' or 'as_pattern'");
  refused("{name: all}", "expected 'users'");
  refused("{user_pattern: '(', as_users: [a]}", "rules.act_as[0].user_pattern: not an RE2");
  refused("{users: [a], as_pattern: '('}", "rules.act_as[0].as_pattern: not an RE2");
  refused(R"({users: [a], as_pattern: '\1'})", "\\1 needs a group in 'user_pattern'");
  refused(R"({user_pattern: 'a', as_pattern: '\1'})", "\\1 needs a group in 'user_pattern'");
  refused(R"({user_pattern: '(?:a)', as_pattern: '\1'})", "\\1 needs a group");
  refused(R"({user_pattern: '(a)', as_pattern: '\2'})", "not an RE2");
  refused(R"({user_pattern: '(a)', as_pattern: '[\1]'})", "\\1 in brackets");
  refused(R"({user_pattern: '(a)', as_pattern: '[^]\1]'})", "\\1 in brackets");
  refused(R"({user_pattern: '(a)', as_pattern: '\Q\1\E'})", "\\1 and \\Q do not go together");
  refused(R"({user_pattern: '(a)', as_pattern: '\x\1'})", "not an RE2");
  refused(R"({user_pattern: '(a)', as_pattern: '\1\'})", "not an RE2");
}

TEST(ActAsRules, TellWhatTheyConsidered) {
  const auto policy = MustLoad(R"yaml(
stores: [{name: main, sqlite: {path: /x.db}}]
rules:
  stores: [{store: main}]
  act_as:
    - {name: front desk, users: [alice], as_users: [bob]}
    - {groups: [admins], as_users: [carol]}
)yaml");
  const std::vector<std::string> groups = {"admins"};
  Trace trace;
  EXPECT_FALSE(
      LoginAt(*policy, {})->act_as().Allows({.name = "x", .groups = groups}, "bob", &trace));
  ASSERT_EQ(trace.considered().size(), 3u);
  EXPECT_EQ(trace.considered()[0].rule, "act_as[0] front desk");
  EXPECT_EQ(trace.considered()[0].result, "is not about this user");
  EXPECT_EQ(trace.considered()[1].result, "is not about acting as them");
  EXPECT_TRUE(trace.considered()[2].decided);
}

}  // namespace
}  // namespace sallyport::policy
