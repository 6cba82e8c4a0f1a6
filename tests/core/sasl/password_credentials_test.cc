#include "core/sasl/password_credentials.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(PlainCredentials, MayBeAnyTextWithoutNul) {
  const std::string longest(1024, 'a');
  EXPECT_TRUE(CheckPlainCredentials({"alice", "", Secret("p")}, "X").ok());
  EXPECT_TRUE(CheckPlainCredentials({longest, longest, Secret(longest)}, "X").ok());
  EXPECT_TRUE(CheckPlainCredentials({"\u65e5", "\u672c", Secret("\u8a9e")}, "X").ok());
}

TEST(PlainCredentials, SayWhichMechanismCannotCarryThem) {
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")},
      {"alice", "", Secret("")},
      {"al\xff", "", Secret("p")},
      {"alice", "\xff", Secret("p")},
      {"alice", "", Secret("p\xff")},
      {"al\0ice"s, "", Secret("p")},
      {"alice", "\0"s, Secret("p")},
      {"alice", "", Secret("p\0q"sv)},
      {std::string(1025, 'a'), "", Secret("p")},
      {"alice", std::string(1025, 'a'), Secret("p")},
      {"alice", "", Secret(std::string(1025, 'a'))},
  };
  for (const ClientCredentials& credentials : unusable) {
    const absl::Status status = CheckPlainCredentials(credentials, "X-MECHANISM");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(status.message(), "X-MECHANISM: ")) << status;
  }
}

TEST(PreparedCredentials, AreAsSaslprepLeavesThem) {
  const auto prepared = PrepareCredentials({"\u00aa", "\u00ba", Secret("I\u00ad\u2169")}, "X");
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->authentication_id, "a");
  EXPECT_EQ(prepared->authorization_id, "\u00ba");
  EXPECT_EQ(prepared->password.view(), "IX");
}

TEST(PreparedCredentials, SayWhichMechanismCannotUseThem) {
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")},
      {"\u00ad", "", Secret("p")},
      {"al\u0007ice", "", Secret("p")},
      {"\u0627x", "", Secret("p")},
      {"al\xff", "", Secret("p")},
      {std::string(1025, 'a'), "", Secret("p")},
      {"alice", "\xff", Secret("p")},
      {"alice", "\0"s, Secret("p")},
      {"alice", std::string(1025, 'a'), Secret("p")},
      {"alice", "", Secret("")},
      {"alice", "", Secret("\u00ad")},
      {"alice", "", Secret("p\u200e")},
      {"alice", "", Secret("p\xff")},
  };
  for (const ClientCredentials& credentials : unusable) {
    const auto prepared = PrepareCredentials(credentials, "X-MECHANISM");
    EXPECT_EQ(prepared.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(prepared.status().message(), "X-MECHANISM: "))
        << prepared.status();
  }
}

TEST(NoOtherIdentity, IsOneThatIsAbsentOrTheSame) {
  EXPECT_TRUE(CheckNoOtherIdentity({"alice", "", Secret("p")}, "X").ok());
  EXPECT_TRUE(CheckNoOtherIdentity({"alice", "alice", Secret("p")}, "X").ok());
  EXPECT_EQ(CheckNoOtherIdentity({"alice", "bob", Secret("p")}, "X").code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sallyport
