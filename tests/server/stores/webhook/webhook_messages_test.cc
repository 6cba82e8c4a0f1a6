#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "server/stores/webhook/webhook_request.h"
#include "server/stores/webhook/webhook_response.h"

namespace sallyport::server {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr char kNotUtf8[] = "a\xff";

TEST(WebhookRequest, AsksForAUser) {
  EXPECT_EQ(FormatLookup("corp", {"acme", "alice"})->view(),
            R"({"version":1,"operation":"lookup","store":"corp","tenant":"acme","user":"alice"})");
  EXPECT_EQ(FormatLookup("corp", {"", "alice"})->view(),
            R"({"version":1,"operation":"lookup","store":"corp","user":"alice"})");
}

TEST(WebhookRequest, CarriesEveryNameAsItIs) {
  const std::string name = std::string("j\xc3\xbcrgen\"\\\n\0\x7f', \"x\": \"y", 22);
  const json request = json::parse(FormatLookup("s", {name, name})->view());
  EXPECT_EQ(request["user"], name);
  EXPECT_EQ(request["tenant"], name);
  EXPECT_EQ(request.size(), 5u);
}

TEST(WebhookRequest, AsksAboutAPassword) {
  const json request =
      json::parse(FormatVerify("corp", {"", "alice"}, Secret("p\"w\xc3\xa9"))->view());
  EXPECT_EQ(request, json({{"version", 1},
                           {"operation", "verify"},
                           {"store", "corp"},
                           {"user", "alice"},
                           {"password", "p\"w\xc3\xa9"}}));
}

TEST(WebhookRequest, AsksNothingWithWhatIsNotUtf8) {
  EXPECT_FALSE(FormatLookup("s", {"", kNotUtf8}).has_value());
  EXPECT_FALSE(FormatLookup("s", {kNotUtf8, "a"}).has_value());
  EXPECT_FALSE(FormatVerify("s", {"", "a"}, Secret(kNotUtf8)).has_value());
  EXPECT_FALSE(FormatPing(kNotUtf8).has_value());
  EXPECT_EQ(FormatPing("s")->view(), R"({"version":1,"operation":"ping","store":"s"})");
}

TEST(WebhookResponse, ReadsAllThatIsKnownOfAUser) {
  const auto read = ParseLookupResponse(
      R"({"found":true,"user":"alice","credentials":["{SSHA512}a","b"],"groups":["g","h"],)"
      R"("attributes":{"mail":"a@example","city":"K\u00f6ln"},"disabled":true,)"
      R"("expires_at":"2030-01-31T23:59:59.5+01:00","later":[{"x":null}]})",
      "alice", true);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_TRUE(read->has_value());
  const WebhookUser& user = **read;
  ASSERT_EQ(user.credentials.size(), 2u);
  EXPECT_EQ(user.credentials[0].view(), "{SSHA512}a");
  EXPECT_EQ(user.credentials[1].view(), "b");
  EXPECT_THAT(user.groups, ElementsAre("g", "h"));
  EXPECT_THAT(user.attributes, ElementsAre(Pair("city", "K\xc3\xb6ln"), Pair("mail", "a@example")));
  EXPECT_TRUE(user.disabled);
  EXPECT_EQ(user.expires_at, absl::FromUnixMillis(1896130799500));
}

TEST(WebhookResponse, NeedsNoMoreThanTheCredentials) {
  const auto read = ParseLookupResponse(R"({"found":true,"credentials":[]})", "alice", true);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_TRUE(read->has_value());
  EXPECT_THAT((*read)->credentials, IsEmpty());
  EXPECT_THAT((*read)->groups, IsEmpty());
  EXPECT_FALSE((*read)->disabled);
  EXPECT_EQ((*read)->expires_at, std::nullopt);
}

TEST(WebhookResponse, PassesOverCredentialsWherePasswordsAreSent) {
  for (const char* text : {R"({"found":true})", R"({"found":true,"credentials":["x"]})"}) {
    const auto read = ParseLookupResponse(text, "alice", false);
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_TRUE(read->has_value());
    EXPECT_THAT((*read)->credentials, IsEmpty());
  }
}

TEST(WebhookResponse, SaysNoOnlyWhereThatIsTheAnswer) {
  for (const char* text : {R"({"found":false})", R"( {"found" : false, "user":"alice"} )"}) {
    const auto read = ParseLookupResponse(text, "alice", true);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_FALSE(read->has_value());
  }
}

TEST(WebhookResponse, RefusesWhatIsNoAnswer) {
  const std::string deep = std::string(100'000, '[');
  const std::string user = R"({"found":true,"credentials":[],)";
  for (const std::string& text : {std::string(),
                                  std::string("null"),
                                  std::string("false"),
                                  std::string("[]"),
                                  std::string("{}"),
                                  std::string("{\"found\":false"),
                                  std::string("{\"found\":false}}"),
                                  std::string("<html>not found</html>"),
                                  std::string("{\"found\":fals}"),
                                  std::string("{\"found\":null}"),
                                  std::string("{\"found\":0}"),
                                  std::string("{\"found\":\"false\"}"),
                                  std::string("{\"Found\":false}"),
                                  std::string("{\"found\":false,\"found\":false}"),
                                  std::string("{\"found\":false,\"x\":\"\xff\"}"),
                                  std::string("{\"found\":false,\"x\":\"\\u0000\"}"),
                                  std::string("{\"found\":false\0}", 16),
                                  std::string("{\"fou\0nd\":false}", 16),
                                  std::string("{\"found\":false\0}", 16),
                                  std::string("{\"fou\0nd\":false}", 16),
                                  std::string("{\"found\":false,\"x\":" + deep),
                                  std::string("{\"found\":false,\"user\":\"bob\"}"),
                                  std::string("{\"found\":false,\"user\":\"Alice\"}"),
                                  std::string("{\"found\":false,\"user\":null}"),
                                  std::string("{\"found\":true}"),
                                  std::string(R"({"found":true,"credentials":null})"),
                                  std::string(R"({"found":true,"credentials":{}})"),
                                  std::string(R"({"found":true,"credentials":"x"})"),
                                  std::string(R"({"found":true,"credentials":["x",1]})"),
                                  user + R"("groups":null})",
                                  user + R"("groups":"g"})",
                                  user + R"("groups":[["g"]]})",
                                  user + R"("attributes":[]})",
                                  user + R"("attributes":{"a":1}})",
                                  user + R"("attributes":null})",
                                  user + R"("disabled":null})",
                                  user + R"("disabled":0})",
                                  user + R"("disabled":"false"})",
                                  user + R"("expires_at":null})",
                                  user + R"("expires_at":1893456000})",
                                  user + R"("expires_at":""})",
                                  user + R"("expires_at":"tomorrow"})",
                                  user + R"("expires_at":"2030-01-31"})",
                                  user + R"("expires_at":"infinite-future"})",
                                  user + R"("expires_at":" infinite-past"})"}) {
    EXPECT_EQ(ParseLookupResponse(text, "alice", true).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text.substr(0, 100);
  }
}

TEST(WebhookResponse, QuotesNothingOfWhatItRefuses) {
  for (const char* text : {R"({"found":true,"credentials":["swordfish",1]})",
                           R"({"found":true,"credentials":"swordfish"})", "swordfish",
                           R"({"found":true,"user":"swordfish"})"}) {
    const auto read = ParseLookupResponse(text, "alice", true);
    EXPECT_THAT(std::string(read.status().message()), testing::Not(HasSubstr("swordfish")));
  }
}

TEST(WebhookResponse, ReadsWhetherAPasswordIsRight) {
  EXPECT_EQ(*ParseVerifyResponse(R"({"valid":true})", "alice"), true);
  EXPECT_EQ(*ParseVerifyResponse(R"({"valid":true,"user":"alice","x":1})", "alice"), true);
  EXPECT_EQ(*ParseVerifyResponse(R"({"valid":false})", "alice"), false);
  for (const char* text :
       {"", "true", "{}", R"({"valid":1})", R"({"valid":"true"})", R"({"valid":null})",
        R"({"found":true})", R"({"valid":false,"valid":true})", R"({"valid":true)",
        R"({"valid":true}{"valid":true})", R"({"valid":true,"user":"bob"})"}) {
    EXPECT_FALSE(ParseVerifyResponse(text, "alice").ok()) << text;
  }
}

}  // namespace
}  // namespace sallyport::server
