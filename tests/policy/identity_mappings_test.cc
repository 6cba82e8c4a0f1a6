#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "policy/authorization.h"
#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr char kHead[] =
    "stores: [{name: main, sqlite: {path: /x.db}}]\n"
    "rules:\n  stores: [{store: main}]\n  identity_mappings:\n";

constexpr auto kCertificate = v1::IDENTITY_SOURCE_CERTIFICATE;
constexpr auto kToken = v1::IDENTITY_SOURCE_TOKEN;

class Mappings {
 public:
  explicit Mappings(const std::string& rules) : policy_(MustLoad(kHead + rules)) {}

  // The name, or "(refused)".
  std::string Map(v1::IdentitySource source, std::string_view name) const {
    if (policy_ == nullptr) return "";
    return LoginAt(*policy_, {})
        ->identity_mappings()
        .Map(source, name, nullptr)
        .value_or("(refused)");
  }

 private:
  const std::shared_ptr<const Policy> policy_;
};

TEST(IdentityMappings, LeaveANameThatNoneMatches) {
  EXPECT_EQ(LoginAt(*MustLoad(kStore), {})->identity_mappings().Map(kToken, "a", nullptr), "a");
  EXPECT_EQ(Mappings("    - {from: token, pattern: b, to: c}\n").Map(kToken, "a"), "a");
}

TEST(IdentityMappings, AreOfOneSource) {
  const Mappings mappings("    - {from: certificate, pattern: '(.*)\\.example', to: '\\1'}\n");
  EXPECT_EQ(mappings.Map(kCertificate, "a.example"), "a");
  EXPECT_EQ(mappings.Map(kToken, "a.example"), "a.example");
}

TEST(IdentityMappings, AreTriedInOrder) {
  const Mappings mappings(R"(
    - {from: token, pattern: "root", refuse: true}
    - {from: token, pattern: "(.*)@a\\.example", to: 'a-\1'}
    - {from: token, pattern: ".*", to: guest}
)");
  EXPECT_EQ(mappings.Map(kToken, "root"), "(refused)");
  EXPECT_EQ(mappings.Map(kToken, "u@a.example"), "a-u");
  EXPECT_EQ(mappings.Map(kToken, "u@a.example.evil"), "guest");
  EXPECT_EQ(mappings.Map(kToken, "u@aXexample"), "guest");
}

TEST(IdentityMappings, RefuseEveryNameWhereThePatternIsEveryName) {
  const Mappings mappings("    - {from: token, pattern: '.*', refuse: true}\n");
  for (const std::string& name :
       {std::string("a"), std::string("a\nb"), std::string("\n"), std::string("a\0b", 3),
        std::string("\xff"), std::string("a\r"), std::string("\xc0\x80"),
        std::string("\xed\xa0\x80"), std::string("\xe2\x80\xa8")}) {
    EXPECT_EQ(mappings.Map(kToken, name), "(refused)") << name;
  }
}

TEST(IdentityMappings, RefuseANameOfWhichNothingIsLeft) {
  const Mappings mappings("    - {from: token, pattern: '(.*)@.*', to: '\\1'}\n");
  EXPECT_EQ(mappings.Map(kToken, "a@b"), "a");
  EXPECT_EQ(mappings.Map(kToken, "@b"), "(refused)");
}

TEST(IdentityMappings, TakeWhatMatchedAsItIs) {
  const Mappings mappings("    - {from: token, pattern: 'x-(.*)', to: 'y-\\1'}\n");
  EXPECT_EQ(mappings.Map(kToken, "x-\\1"), "y-\\1");
  EXPECT_EQ(mappings.Map(kToken, "x-\\\\"), "y-\\\\");
}

TEST(IdentityMappings, AreRefusedWhereTheyCannotBeMeant) {
  const auto refused = [](const std::string& rule, const std::string& why) {
    const std::string error = Error(std::string(kHead) + "    - " + rule);
    EXPECT_NE(error.find(why), std::string::npos) << rule << "\n" << error;
  };
  refused("{pattern: a, to: b}", "rules.identity_mappings[0]: expected 'from'");
  refused("{from: token, to: b}", "expected a 'pattern'");
  refused("{from: token, pattern: a}", "expected either 'to' or 'refuse: true'");
  refused("{from: token, pattern: a, to: b, refuse: true}", "expected either 'to' or");
  refused("{from: token, pattern: a, refuse: false}", "expected either 'to' or");
  refused("{from: token, pattern: '(', to: b}", "identity_mappings[0].pattern: not an RE2");
  refused("{from: token, pattern: a, to: '\\1'}", "identity_mappings[0].to: ");
  refused("{from: token, pattern: '(a)', to: '\\2'}", "identity_mappings[0].to: ");
  refused("{from: token, pattern: '(a)', to: '\\'}", "identity_mappings[0].to: ");
  refused("{from: password, pattern: a, to: b}", "expected one of certificate, token, kerberos");
}

TEST(IdentityMappings, TellWhatTheyConsidered) {
  const auto policy = MustLoad(std::string(kHead) + R"(
    - {from: token, pattern: "b", to: c}
    - {from: token, pattern: "a", to: d}
)");
  Trace trace;
  LoginAt(*policy, {})->identity_mappings().Map(kToken, "a", &trace);
  ASSERT_EQ(trace.considered().size(), 2u);
  EXPECT_EQ(trace.considered()[0].rule, "identity_mappings[0]: 'b'");
  EXPECT_FALSE(trace.considered()[0].decided);
  EXPECT_EQ(trace.considered()[1].result, "goes on as 'd'");
}

}  // namespace
}  // namespace sallyport::policy
