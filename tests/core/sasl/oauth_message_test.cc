#include <string>
#include <vector>

#include "core/sasl/oauth/bearer_token.h"
#include "core/sasl/oauth/oauthbearer_message.h"
#include "core/sasl/oauth/xoauth2_message.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

// ^A, written as '|' in what follows.
std::string WithControls(std::string text) {
  for (char& byte : text) {
    if (byte == '|') byte = kControlA;
  }
  return text;
}

std::optional<OauthBearerMessage> Read(const std::string& bytes) {
  auto parsed = ParseOauthBearerMessage(bytes);
  if (const auto* message = std::get_if<OauthBearerMessage>(&parsed)) return *message;
  EXPECT_NE(std::get<OauthSyntaxError>(parsed).what, nullptr);
  return std::nullopt;
}

TEST(BearerToken, IsAB64Token) {
  for (const std::string_view token : {"a", "a=", "a==", "a===", "-._~+/", "AZaz09", "x.y-z_"}) {
    EXPECT_TRUE(IsBearerToken(token)) << token;
  }
  for (const std::string_view token :
       {""sv, "="sv, "a=b"sv, "a b"sv, "a,b"sv, "a\0"sv, "\0a"sv, "a\x01"sv, "a\n"sv, "\u00e9"sv,
        "a:b"sv, "a\x7f"sv, "a\"b"sv}) {
    EXPECT_FALSE(IsBearerToken(token)) << testing::PrintToString(token);
  }
}

TEST(BearerToken, IsBounded) {
  EXPECT_TRUE(IsBearerToken(std::string(kMaxBearerTokenSize, 'a')));
  EXPECT_FALSE(IsBearerToken(std::string(kMaxBearerTokenSize + 1, 'a')));
}

TEST(BearerToken, StandsBehindItsScheme) {
  for (const std::string_view credentials :
       {"Bearer tok"sv, "bearer tok"sv, "BEARER tok"sv, "BeArEr tok"sv, "Bearer   tok"sv}) {
    EXPECT_EQ(ParseBearerCredentials(credentials), "tok") << credentials;
  }
  for (const std::string_view credentials :
       {""sv, "Bearer"sv, "Bearer "sv, "Bearertok"sv, "tok"sv, "Basic tok"sv, "Bearer tok "sv,
        " Bearer tok"sv, "Bearer\ttok"sv, "Bearer tok tok"sv, "Bearer  "sv, "Bear er tok"sv,
        "B\x45\x41RE\0 tok"sv,
        "\x02"
        "earer tok"sv,
        "\"earer tok"sv}) {
    EXPECT_EQ(ParseBearerCredentials(credentials), std::nullopt)
        << testing::PrintToString(credentials);
  }
}

TEST(OauthBearerMessage, HasAHeaderAndPairs) {
  const auto message =
      Read(WithControls("n,a=al=2Ci=3Dce,|host=h.example|port=5671|auth=Bearer t||"));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->authorization_id, "al,i=ce");
  EXPECT_EQ(message->host, "h.example");
  EXPECT_EQ(message->port, "5671");
  EXPECT_EQ(message->token, "t");
}

TEST(OauthBearerMessage, NeedsNoMoreThanAuth) {
  for (const char* text : {"n,,|auth=Bearer t||", "y,,|auth=bearer  t||"}) {
    const auto message = Read(WithControls(text));
    ASSERT_TRUE(message.has_value()) << text;
    EXPECT_EQ(message->authorization_id, "");
    EXPECT_EQ(message->host, "");
    EXPECT_EQ(message->port, "");
    EXPECT_EQ(message->token, "t");
  }
}

TEST(OauthBearerMessage, PassesOverKeysThatItDoesNotKnow) {
  const auto message =
      Read(WithControls("n,,|mthd=POST|x=|auth=Bearer t|x=a b\t\r\n=c|AUTH=Bearer u||"));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->token, "t");
}

TEST(OauthBearerMessage, TellsAnEmptyAuthFromNone) {
  const auto message = Read(WithControls("n,,|auth=||"));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->token, "");
  EXPECT_FALSE(Read(WithControls("n,,||")).has_value());
  EXPECT_FALSE(Read(WithControls("n,,|host=h||")).has_value());
}

TEST(OauthBearerMessage, RefusesWhatIsMalformed) {
  const std::string long_host = "n,,|host=" + std::string(256, 'h') + "|auth=Bearer t||";
  for (const std::string& text : std::vector<std::string>{
           "",
           "|",
           "n",
           "n,",
           "n,,",
           "n,,|",
           "n,,||",
           "n|auth=Bearer t||",
           "n,|auth=Bearer t||",
           ",,|auth=Bearer t||",
           "p=tls-exporter,,|auth=Bearer t||",
           "p,,|auth=Bearer t||",
           "N,,|auth=Bearer t||",
           "nn,,|auth=Bearer t||",
           "F,n,,|auth=Bearer t||",
           "n,alice,|auth=Bearer t||",
           "n,user=alice,|auth=Bearer t||",
           "n,a=,|auth=Bearer t||",
           "n,a=al=ice,|auth=Bearer t||",
           "n,a=al=2cice,|auth=Bearer t||",
           "n,a=a,b=c,|auth=Bearer t||",
           "n,,auth=Bearer t||",
           "n,,||auth=Bearer t||",
           "n,,|auth=Bearer t|",
           "n,,|auth=Bearer t",
           "n,,|auth=Bearer t|||",
           "n,,|auth=Bearer t||x",
           "n,,|auth=Bearer t||host=h||",
           "n,,|auth=Bearer|t||",
           "n,,|auth=Basic dDp0||",
           "n,,|auth=t||",
           "n,,|auth=Bearer t,u||",
           "n,,|auth=Bearer t|auth=Bearer t||",
           "n,,|auth=|auth=Bearer t||",
           "n,,|auth=Bearer t|auth=||",
           "n,,|auth||",
           "n,,|auth=Bearer t|x||",
           "n,,|auth=Bearer t|=x||",
           "n,,|auth=Bearer t|x1=y||",
           "n,,|auth=Bearer t|x y=z||",
           "n,,|auth=Bearer t|x=\x7f||",
           "n,,|auth=Bearer t|x=\x1b[2J||",
           "n,,|auth=Bearer t|x=\u00e9||",
           std::string("n,,|auth=Bearer t|x=a\0b||"sv),
           std::string("n,,|auth=Bearer t\0||"sv),
           std::string("n,,\0|auth=Bearer t||"sv),
           "n,,|auth =Bearer t||",
           "n,,|host=|auth=Bearer t||",
           "n,,|host=a b|auth=Bearer t||",
           "n,,|host=h|host=h|auth=Bearer t||",
           long_host,
           "n,,|port=|auth=Bearer t||",
           "n,,|port=0|auth=Bearer t||",
           "n,,|port=0143|auth=Bearer t||",
           "n,,|port=65536|auth=Bearer t||",
           "n,,|port=+1|auth=Bearer t||",
           "n,,|port=1x|auth=Bearer t||",
           "n,,|port=-1|auth=Bearer t||",
           "n,,|port=1|port=1|auth=Bearer t||",
       }) {
    EXPECT_FALSE(Read(WithControls(text)).has_value()) << testing::PrintToString(text);
  }
}

TEST(OauthBearerMessage, IsWrittenAsItIsRead) {
  for (const OauthBearerMessage& message :
       {OauthBearerMessage{"", "", "", "t"}, OauthBearerMessage{"a=b,c", "h", "65535", "t=="},
        OauthBearerMessage{"\u00e9", std::string_view(), "1", "t"}}) {
    const std::string bytes = FormatOauthBearerMessage(message);
    const auto again = Read(bytes);
    ASSERT_TRUE(again.has_value()) << testing::PrintToString(bytes);
    EXPECT_EQ(again->authorization_id, message.authorization_id);
    EXPECT_EQ(again->host, message.host);
    EXPECT_EQ(again->port, message.port);
    EXPECT_EQ(again->token, message.token);
  }
}

TEST(Xoauth2Message, IsAUserAndAToken) {
  for (const auto& [text, user] : std::vector<std::pair<std::string, std::string_view>>{
           {"user=alice|auth=Bearer t||", "alice"},
           {"user=|auth=Bearer t||", ""},
           {"user=a=b,c|auth=BEARER  t||", "a=b,c"}}) {
    const std::string bytes = WithControls(text);
    const auto message = ParseXoauth2Message(bytes);
    ASSERT_TRUE(message.has_value()) << text;
    EXPECT_EQ(message->user, user);
    EXPECT_EQ(message->token, "t");
  }
  EXPECT_EQ(FormatXoauth2Message({"alice", "t"}), WithControls("user=alice|auth=Bearer t||"));
}

TEST(Xoauth2Message, RefusesWhatIsMalformed) {
  for (const std::string& text : std::vector<std::string>{
           "",
           "|",
           "||",
           "user=",
           "user=||",
           "user=alice||",
           "user=alice|auth=||",
           "user=alice|auth=Bearer||",
           "user=alice|auth=Bearer ||",
           "user=alice|auth=Basic t||",
           "user=alice|auth=t||",
           "user=alice|auth=Bearer t|",
           "user=alice|auth=Bearer t",
           "user=alice|auth=Bearer t|||",
           "user=alice|auth=Bearer t||x",
           "user=alice|auth=Bearer t| |",
           "user=alice||auth=Bearer t||",
           "user=alice|auth=Bearer t|host=h||",
           "user=alice|host=h|auth=Bearer t||",
           "user=alice|user=bob|auth=Bearer t||",
           "user=alice|auth=Bearer t|auth=Bearer t||",
           "USER=alice|auth=Bearer t||",
           "user=alice|Auth=Bearer t||",
           "user alice|auth=Bearer t||",
           "auth=Bearer t|user=alice||",
           "auth=Bearer t||",
           "n,,|auth=Bearer t||",
           std::string("user=alice|auth=Bearer t\0||"sv),
       }) {
    EXPECT_FALSE(ParseXoauth2Message(WithControls(text)).has_value())
        << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace sallyport
