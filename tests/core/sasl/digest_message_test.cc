// What DIGEST-MD5's messages may look like.

#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/digest_md5/digest_charset.h"
#include "core/sasl/digest_md5/digest_directives.h"
#include "core/sasl/digest_md5/digest_response.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::string_view kOnce[] = {"once"};

// The directives, one a line; "error" where they are malformed.
std::string Directives(std::string_view message) {
  const auto parsed = DigestDirectives::Parse(message, kOnce);
  const auto* directives = std::get_if<DigestDirectives>(&parsed);
  if (directives == nullptr) return "error";
  std::string text;
  for (const std::string_view name : {"a", "b", "once"}) {
    for (const std::string_view value : directives->FindAll(name)) {
      text.append(name).append("=").append(value).append("\n");
    }
  }
  return text;
}

TEST(DigestDirectives, AreTokensOrInQuotes) {
  EXPECT_EQ(Directives(""), "");
  EXPECT_EQ(Directives("a=1"), "a=1\n");
  EXPECT_EQ(Directives("a=1,b=2"), "a=1\nb=2\n");
  EXPECT_EQ(Directives("a=\"1\",b=\"\""), "a=1\nb=\n");
  EXPECT_EQ(Directives("a=\"x,b=2\""), "a=x,b=2\n");
  EXPECT_EQ(Directives("a=\"\\\"\\\\\\x\""), "a=\"\\x\n");
  EXPECT_EQ(Directives("a=\"\u00e9\xff\t \""), "a=\u00e9\xff\t \n");
  EXPECT_EQ(Directives("a=!#$%&'*+-.^_`|~"), "a=!#$%&'*+-.^_`|~\n");
}

TEST(DigestDirectives, MayHaveBlanksAndNothingBetweenThem) {
  EXPECT_EQ(Directives(" a = 1 , b\t=\r\n\t\"2\" "), "a=1\nb=2\n");
  EXPECT_EQ(Directives(",,a=1,, ,b=2,"), "a=1\nb=2\n");
  EXPECT_EQ(Directives(" ,\r\n"), "");
}

TEST(DigestDirectives, HaveNamesWithoutCase) {
  EXPECT_EQ(Directives("A=x,OnCe=Y"), "a=x\nonce=Y\n");
}

TEST(DigestDirectives, RepeatWhatMayBeRepeated) {
  EXPECT_EQ(Directives("a=1,a=2"), "a=1\na=2\n");
  EXPECT_EQ(Directives("once=1,a=2,once=1"), "error");
  EXPECT_EQ(Directives("once=1,ONCE=\"\""), "error");
}

TEST(DigestDirectives, AreRefusedWhereTheyAreMalformed) {
  const std::vector<std::string> messages = {
      "a",           "a=",           "=1",
      "a=,b=2",      "a=1 b=2",      "a=\"1\"b=2",
      "a=\"1\"2",    "a=1\"2\"",     "a=\"1",
      "a=\"",        "a=\"\\",       "a=\"\\\"",
      "a=x/y",       "a=x=y",        "a=(x)",
      "a b=1",       "a\"=1",        "a;b=2",
      "a=\u00e9",    "\u00e9=1",     "a=\"\n\"",
      "a=\"\r\n \"", "a=\"\0\""s,    "a=\"\x01\"",
      "a=\"\x7f\"",  "a=\"\\\x01\"", "a=\"\\\u00e9\"",
      "a=1\0"s,      "a\0=1"s,
  };
  for (const std::string& message : messages) {
    EXPECT_EQ(Directives(message), "error") << testing::PrintToString(message);
  }
}

TEST(DigestDirectives, AreBounded) {
  std::string most;
  for (size_t i = 0; i < kMaxDigestDirectives; ++i) most.append("x=y,");
  EXPECT_EQ(Directives(most), "");
  EXPECT_EQ(Directives(most + "x=y"), "error");
}

TEST(DigestDirectives, AreReadAsTheyWereWritten) {
  for (const std::string_view value : {"", "alice", "\"\\\"\\", "a,b=\"c\"", "\u00e9\xff\t "}) {
    EXPECT_TRUE(IsDigestText(value));
    std::string message = "b=2,";
    AppendQuotedDirective("a", value, &message);
    EXPECT_EQ(Directives(message), "a=" + std::string(value) + "\nb=2\n");
  }
  for (const std::string_view value : {"\n"sv, "\0"sv, "\x7f"sv}) EXPECT_FALSE(IsDigestText(value));
}

TEST(DigestCharset, IsIso8859OfWhatCanBeWrittenInIt) {
  EXPECT_EQ(Latin1IfPossible(""), "");
  EXPECT_EQ(Latin1IfPossible("alice"), "alice");
  EXPECT_EQ(Latin1IfPossible("\u0080\u00bf\u00c0\u00ffx"), "\x80\xbf\xc0\xffx");
  EXPECT_EQ(Latin1IfPossible("\u00e9\u0100"), "\u00e9\u0100");
  EXPECT_EQ(Latin1IfPossible("\u00e9\u65e5"), "\u00e9\u65e5");
  EXPECT_EQ(Latin1IfPossible("\xe9"), "\xe9");
  EXPECT_EQ(Latin1IfPossible("\xc3"), "\xc3");
}

TEST(DigestCharset, EveryCharacterOfIso8859ComesBack) {
  for (int i = 0; i < 256; ++i) {
    const std::string latin1(1, static_cast<char>(i));
    EXPECT_EQ(Latin1IfPossible(Utf8FromLatin1(latin1)), latin1) << i;
  }
}

TEST(DigestCharset, IsGuessedWhereTheMessageDoesNotSayIt) {
  EXPECT_EQ(DecodeDigestText("\u00e9", true), "\u00e9");
  EXPECT_EQ(DecodeDigestText("\u00e9", false), "\u00e9");
  EXPECT_EQ(DecodeDigestText("\xe9", true), std::nullopt);
  EXPECT_EQ(DecodeDigestText("\xe9", false), "\u00e9");
}

std::string ChallengeError(std::string_view message) {
  const auto parsed = ParseDigestChallenge(message);
  const auto* error = std::get_if<DigestSyntaxError>(&parsed);
  return error == nullptr ? "" : error->what;
}

TEST(DigestChallenge, IsReadAsItWasWritten) {
  const DigestChallenge challenge = {
      .realms = {"one", "t\"wo\\"}, .nonce = "a\"b", .stale = true, .utf8 = true};
  const auto parsed = ParseDigestChallenge(FormatDigestChallenge(challenge));
  const auto& again = std::get<DigestChallenge>(parsed);
  EXPECT_EQ(again.realms, challenge.realms);
  EXPECT_EQ(again.nonce, challenge.nonce);
  EXPECT_TRUE(again.stale);
  EXPECT_TRUE(again.utf8);
}

TEST(DigestChallenge, NeedNotSayWhatHasADefault) {
  const auto parsed = ParseDigestChallenge("nonce=x,algorithm=MD5-sess");
  const auto& challenge = std::get<DigestChallenge>(parsed);
  EXPECT_TRUE(challenge.realms.empty());
  EXPECT_EQ(challenge.nonce, "x");
  EXPECT_FALSE(challenge.stale);
  EXPECT_FALSE(challenge.utf8);
}

TEST(DigestChallenge, MayOfferMoreThanAuth) {
  for (const std::string_view qop :
       {"auth", "auth-conf,auth-int,auth", " auth ,auth-int", ",AUTH,x-new", "x auth"}) {
    EXPECT_EQ(ChallengeError("nonce=x,algorithm=md5-sess,maxbuf=65536,cipher=\"rc4\",x=y,qop=\"" +
                             std::string(qop) + "\""),
              "")
        << qop;
  }
  for (const std::string_view qop : {"", " ", "auth-int", "auth-conf,auth-int", "xauth", "auth2"}) {
    EXPECT_EQ(ChallengeError("nonce=x,algorithm=md5-sess,qop=\"" + std::string(qop) + "\""),
              "the challenge does not offer qop auth")
        << qop;
  }
}

TEST(DigestChallenge, IsRefusedWhereItIsNotOne) {
  for (const std::string_view message : {
           ""sv,
           "?"sv,
           "rspauth=00000000000000000000000000000000"sv,
           "algorithm=md5-sess"sv,
           "nonce=\"\",algorithm=md5-sess"sv,
           "nonce=x"sv,
           "nonce=x,algorithm=md5"sv,
           "nonce=x,algorithm=\"\""sv,
           "nonce=x,algorithm=md5-sess,charset=iso-8859-1"sv,
           "nonce=x,nonce=x,algorithm=md5-sess"sv,
           "nonce=x,algorithm=md5-sess,algorithm=md5-sess"sv,
           "nonce=x,algorithm=md5-sess,charset=utf-8,charset=utf-8"sv,
           "nonce=x,algorithm=md5-sess,stale=true,stale=true"sv,
           "nonce=x,algorithm=md5-sess,maxbuf=1,maxbuf=1"sv,
           "nonce=x,algorithm=md5-sess,qop=auth,qop=auth"sv,
           "nonce=x,algorithm=md5-sess,cipher=a,cipher=b"sv,
       }) {
    EXPECT_NE(ChallengeError(message), "") << message;
  }
  const std::string long_nonce(2048, 'x');
  EXPECT_NE(ChallengeError("algorithm=md5-sess,nonce=" + long_nonce.substr(25)), "");
  EXPECT_EQ(ChallengeError("algorithm=md5-sess,nonce=" + long_nonce.substr(26)), "");
}

TEST(DigestChallenge, HasARealmThatFits) {
  EXPECT_TRUE(IsDigestRealm("realm"));
  EXPECT_TRUE(IsDigestRealm("\u65e5 \"x\""));
  EXPECT_TRUE(IsDigestRealm(std::string(255, 'r')));
  EXPECT_TRUE(IsDigestRealm("\"" + std::string(253, 'r')));
  EXPECT_FALSE(IsDigestRealm(""));
  EXPECT_FALSE(IsDigestRealm(std::string(256, 'r')));
  EXPECT_FALSE(IsDigestRealm("\"" + std::string(254, 'r')));
  EXPECT_FALSE(IsDigestRealm("r\xff"));
  EXPECT_FALSE(IsDigestRealm("r\n"));
}

TEST(DigestVerifier, IsADigestAndNothingElse) {
  const std::string digest = "0123456789abcdef0123456789abcdef";
  for (const std::string& message :
       {"rspauth=" + digest, "rspauth=\"" + digest + "\"", "x=y, RSPAUTH=" + digest}) {
    const auto parsed = ParseDigestVerifier(message);
    ASSERT_TRUE(std::holds_alternative<DigestVerifier>(parsed)) << message;
    EXPECT_EQ(std::get<DigestVerifier>(parsed).rspauth, digest);
  }
  for (const std::string& message :
       {""s, "?"s, "rspauth="s, "rspauth=" + digest.substr(1), "rspauth=" + digest + "0",
        "rspauth=0123456789ABCDEF0123456789ABCDEF"s, "rspauth=" + digest + ",rspauth=" + digest,
        "rspauth=" + digest + ",x=" + std::string(2048, 'x')}) {
    EXPECT_TRUE(std::holds_alternative<DigestSyntaxError>(ParseDigestVerifier(message))) << message;
  }
}

// A response of which one directive is left out or said in another way.
std::string ResponseWith(std::string_view name, std::string_view directive) {
  const std::vector<std::pair<std::string_view, std::string_view>> directives = {
      {"charset", "charset=utf-8"},
      {"username", "username=\"alice\""},
      {"realm", "realm=\"r\""},
      {"nonce", "nonce=\"n\""},
      {"nc", "nc=00000001"},
      {"cnonce", "cnonce=\"c\""},
      {"digest-uri", "digest-uri=\"amqp/h\""},
      {"response", "response=0123456789abcdef0123456789abcdef"},
      {"qop", "qop=auth"},
      {"maxbuf", "maxbuf=65536"},
      {"authzid", "authzid=\"bob\""},
  };
  std::string message;
  for (const auto& [key, value] : directives) {
    message.append(key == name ? directive : value).append(",");
  }
  return message;
}

std::string ResponseError(std::string_view message) {
  const auto parsed = ParseDigestResponse(message);
  const auto* error = std::get_if<DigestSyntaxError>(&parsed);
  return error == nullptr ? "" : error->what;
}

TEST(DigestResponse, IsReadAsItWasWritten) {
  DigestResponse response = {.username = "\u00e9\"\\",
                             .realm = "r\u00e9",
                             .nonce = "n",
                             .cnonce = "c",
                             .nonce_count = 0xabcdef01,
                             .digest_uri = "amqp/h",
                             .response = std::string(32, 'f'),
                             .authorization_id = "\u65e5",
                             .utf8 = true};
  for (const bool utf8 : {true, false}) {
    response.utf8 = utf8;
    const std::string message = FormatDigestResponse(response);
    EXPECT_EQ(message.find("\u00e9") != std::string::npos, utf8);
    const auto parsed = ParseDigestResponse(message);
    const auto& again = std::get<DigestResponse>(parsed);
    EXPECT_EQ(again.username, response.username);
    EXPECT_EQ(again.realm, response.realm);
    EXPECT_EQ(again.nonce, "n");
    EXPECT_EQ(again.cnonce, "c");
    EXPECT_EQ(again.nonce_count, 0xabcdef01u);
    EXPECT_EQ(again.digest_uri, "amqp/h");
    EXPECT_EQ(again.response, response.response);
    EXPECT_EQ(again.authorization_id, response.authorization_id);
    EXPECT_EQ(again.utf8, utf8);
  }
}

TEST(DigestResponse, NeedNotSayWhatIsOptional) {
  for (const std::string_view name : {"charset", "realm", "qop", "maxbuf", "authzid"}) {
    EXPECT_EQ(ResponseError(ResponseWith(name, "")), "") << name;
  }
  EXPECT_EQ(ResponseError(ResponseWith("", "")), "");
}

TEST(DigestResponse, IsRefusedWithoutWhatIsNot) {
  for (const std::string_view name :
       {"username", "nonce", "nc", "cnonce", "digest-uri", "response"}) {
    EXPECT_NE(ResponseError(ResponseWith(name, "")), "") << name;
  }
  EXPECT_NE(ResponseError(""), "");
}

TEST(DigestResponse, SaysNothingTwice) {
  for (const std::string_view directive :
       {"charset=utf-8", "username=\"alice\"", "realm=\"r\"", "nonce=\"n\"", "nc=00000001",
        "cnonce=\"c\"", "digest-uri=\"amqp/h\"", "response=0123456789abcdef0123456789abcdef",
        "qop=auth", "maxbuf=65536", "authzid=\"bob\""}) {
    EXPECT_EQ(ResponseError(ResponseWith("", "") + std::string(directive)),
              "a directive is there twice")
        << directive;
  }
  EXPECT_EQ(ResponseError(ResponseWith("", "") + "x=1,x=2,algorithm=md5,algorithm=md5"), "");
}

TEST(DigestResponse, IsRefusedWhereAValueIsNotOfItsForm) {
  const std::vector<std::pair<std::string_view, std::string_view>> directives = {
      {"charset", "charset=iso-8859-1"},
      {"charset", "charset=\"\""},
      {"username", "username=\"\""},
      {"username", "username=\"al\xff\""},
      {"realm", "realm=\"r\xff\""},
      {"nonce", "nonce=\"\""},
      {"cnonce", "cnonce=\"\""},
      {"nc", "nc=1"},
      {"nc", "nc=0000001"},
      {"nc", "nc=000000001"},
      {"nc", "nc=0000000A"},
      {"nc", "nc=0000000g"},
      {"nc", "nc=\"+0000001\""},
      {"nc", "nc=\" 0000001\""},
      {"nc", "nc=0x000001"},
      {"digest-uri", "digest-uri=\"amqp\""},
      {"digest-uri", "digest-uri=\"amqp/\""},
      {"digest-uri", "digest-uri=\"/h\""},
      {"digest-uri", "digest-uri=\"am qp/h\""},
      {"digest-uri", "digest-uri=\"amqp//h\""},
      {"digest-uri", "digest-uri=\"amqp/h h\""},
      {"digest-uri", "digest-uri=\"amqp/h\u00e9\""},
      {"response", "response=0123456789abcdef0123456789abcde"},
      {"response", "response=0123456789abcdef0123456789abcdef0"},
      {"response", "response=0123456789ABCDEF0123456789ABCDEF"},
      {"response", "response=\"\""},
      {"qop", "qop=auth-int"},
      {"qop", "qop=auth-conf"},
      {"qop", "qop=\"auth,auth-int\""},
      {"qop", "qop=\"\""},
      {"qop", "qop=auth,cipher=rc4"},
      {"authzid", "authzid=\"\""},
  };
  for (const auto& [name, directive] : directives) {
    EXPECT_NE(ResponseError(ResponseWith(name, directive)), "") << directive;
  }
}

TEST(DigestResponse, IsInIso8859WhereItDoesNotSayUtf8) {
  const std::string message = ResponseWith("charset", "") + "x=y";
  std::string latin1 = message;
  latin1.replace(latin1.find("alice"), 5, "\xe9");
  auto parsed = ParseDigestResponse(latin1);
  EXPECT_EQ(std::get<DigestResponse>(parsed).username, "\u00e9");
  std::string utf8 = message;
  utf8.replace(utf8.find("alice"), 5, "\u00e9");
  parsed = ParseDigestResponse(utf8);
  EXPECT_EQ(std::get<DigestResponse>(parsed).username, "\u00e9");
}

TEST(DigestResponse, IsBounded) {
  std::string message = ResponseWith("", "").append("x=");
  message.resize(4095, 'x');
  EXPECT_EQ(ResponseError(message), "");
  EXPECT_EQ(ResponseError(message + "x"), "the response is too long");
}

TEST(DigestResponse, IsBoundedInWhatIsRemembered) {
  const std::string most(kMaxDigestValueSize, 'x');
  for (const std::string& name : {"nonce"s, "cnonce"s}) {
    EXPECT_EQ(ResponseError(ResponseWith(name, name + "=" + most)), "") << name;
    EXPECT_NE(ResponseError(ResponseWith(name, name + "=" + most + "x")), "") << name;
  }
  EXPECT_TRUE(IsDigestUri("amqp/" + most.substr(5)));
  EXPECT_FALSE(IsDigestUri("amqp/" + most.substr(4)));
}

TEST(DigestUri, MayHaveAServiceName) {
  EXPECT_TRUE(IsDigestUri("amqp/host.test"));
  EXPECT_TRUE(IsDigestUri("smtp/[::1]:25/store.example"));
}

}  // namespace
}  // namespace sallyport
