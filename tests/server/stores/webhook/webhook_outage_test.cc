// What comes of a webhook that does not answer as it should: never a user, never "no such user".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "server/stores/webhook/webhook_backend.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/webhook/webhook_server.h"
#include "tests/server/stores/webhook/webhook_test_store.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class WebhookOutageTest : public testing::Test {
 protected:
  WebhookOutageTest() : WebhookOutageTest("localhost") {}
  explicit WebhookOutageTest(const std::string& name) : server_(authority_.Issue(name)) {
    settings_.set_url(server_.Url());
    settings_.mutable_tls()->set_ca_file(client::WriteFile("ca.pem", authority_.certificate()));
    settings_.mutable_circuit_breaker()->set_failures(1000);
    server_.AddUser("", "alice", {{"found", true}, {"credentials", {"{CLEARTEXT}pw"}}});
  }

  const client::TestAuthority authority_;
  WebhookServer server_;
  v1::WebhookStore settings_;
};

TEST_F(WebhookOutageTest, IsWhatEveryUselessAnswerIs) {
  WebhookTestStore store(settings_);
  for (const json& behaviour : {json{"fail", 201},
                                json{"fail", 204},
                                json{"fail", 400},
                                json{"fail", 401},
                                json{"fail", 404},
                                json{"fail", 410},
                                json{"fail", 500},
                                json{"fail", 503},
                                json{"cut"},
                                json{"hang_up"},
                                json{"endless"},
                                json{"endless_headers"},
                                json{"say", ""},
                                json{"say", "null"},
                                json{"say", "{}"},
                                json{"say", R"({"found":"no"})"},
                                json{"say", R"({"found":true})"},
                                json{"say", "<html>"},
                                json{"say", std::string(200'000, '[')},
                                json{"say", std::string(300'000, ' ')}}) {
    server_.Behave(behaviour);
    EXPECT_NE(store.Outage("alice"), "") << behaviour.dump().substr(0, 100);
  }
  server_.Behave({"answer"});
  EXPECT_NE(*store.Lookup("alice"), nullptr);
}

TEST_F(WebhookOutageTest, SaysWhatWasWrongAndOfWhichRequest) {
  WebhookTestStore store(settings_);
  LogTap log;
  server_.Behave({"fail", 503});
  EXPECT_THAT(store.Outage("alice"), HasSubstr(server_.Url() + ": HTTP status 503"));
  EXPECT_THAT(log.AwaitLine("credential store cannot be asked"),
              HasSubstr(std::string(server_.Requests()[0]["request_id"])));
  server_.Behave({"answer"});
  ASSERT_TRUE(store.Lookup("alice").ok());
  log.AwaitLine("credential store can be asked again");
  server_.Behave({"say", R"({"found":1})"});
  EXPECT_THAT(store.Outage("alice"), HasSubstr("'found' is not there as true or false"));
  EXPECT_THAT(log.AwaitLine("webhook's answer cannot be used"), HasSubstr("'found'"));
  server_.Behave({"endless"});
  EXPECT_THAT(store.Outage("alice"), HasSubstr("over 262144 bytes"));
}

TEST_F(WebhookOutageTest, IsNotLeftByARedirect) {
  WebhookTestStore store(settings_);
  for (const int status : {301, 302, 307, 308}) {
    server_.Behave({"redirect", status});
    EXPECT_THAT(store.Outage("alice"), HasSubstr("HTTP status 30"));
  }
  for (const json& request : server_.Requests()) EXPECT_EQ(request["path"], "/users");
}

TEST_F(WebhookOutageTest, IsFoundWithinTheTimeout) {
  WebhookTestStore store(settings_, {.timeout = absl::Milliseconds(100)});
  for (const char* behaviour : {"hold", "drip"}) {
    server_.Behave({behaviour});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(store.Outage("alice"), HasSubstr("Timeout"));
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, std::chrono::milliseconds(100));
    EXPECT_LT(took, std::chrono::seconds(5));
  }
}

TEST_F(WebhookOutageTest, IsFoundWithinTheTimeoutWhereTheHostHangs) {
  WebhookTestStore store(settings_, {.timeout = absl::Milliseconds(100)});
  server_.Suspend();
  AnswerBox<LookupResult> box;
  // Further ones wait for the first one's connection.
  for (int i = 0; i < 10; ++i) store.backend().Read({"", "alice"}, box.Callback());
  for (const LookupResult& result : box.Await(10)) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  }
  server_.Continue();
  EXPECT_NE(store.Ping().code(), absl::StatusCode::kInternal);
}

TEST_F(WebhookOutageTest, EndsWhereTheServerComesBack) {
  WebhookTestStore store(settings_);
  ASSERT_TRUE(store.Lookup("alice").ok());
  server_.Down();
  EXPECT_THAT(store.Outage("alice"), HasSubstr(server_.Url()));
  EXPECT_FALSE(store.Ping().ok());
  server_.Up();
  EXPECT_TRUE(store.Ping().ok());
  EXPECT_NE(*store.Lookup("alice"), nullptr);
}

TEST_F(WebhookOutageTest, AtTheStartIsNoMisconfiguration) {
  server_.Down();
  WebhookTestStore store(settings_);
  EXPECT_NE(store.Outage("alice"), "");
  server_.Up();
  EXPECT_NE(*store.Lookup("alice"), nullptr);
}

TEST_F(WebhookOutageTest, IsWhatAStrangersCertificateIs) {
  const client::TestAuthority stranger;
  settings_.mutable_tls()->set_ca_file(client::WriteFile("other.pem", stranger.certificate()));
  EXPECT_THAT(WebhookTestStore(settings_).Outage("alice"), HasSubstr("SSL"));
  settings_.mutable_tls()->clear_ca_file();
  EXPECT_THAT(WebhookTestStore(settings_).Outage("alice"), HasSubstr("SSL"));
  EXPECT_EQ(server_.Requests().size(), 0u);
}

TEST_F(WebhookOutageTest, IsWhatAnotherHostsCertificateIs) {
  settings_.set_url(server_.Url("127.0.0.1"));
  EXPECT_THAT(WebhookTestStore(settings_).Outage("alice"), HasSubstr("127.0.0.1"));
  EXPECT_EQ(server_.Requests().size(), 0u);
  settings_.mutable_tls()->set_insecure_skip_verify(true);
  EXPECT_TRUE(WebhookTestStore(settings_).Lookup("alice").ok());
}

TEST_F(WebhookOutageTest, IsNotHiddenByAProxyOfTheEnvironment) {
  // Nobody listens there.
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) {
    setenv(name, "http://127.0.0.1:9", 1);
  }
  WebhookTestStore store(settings_);
  EXPECT_TRUE(store.Lookup("alice").ok());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
}

TEST_F(WebhookOutageTest, OpensTheBreakerAndRecoveryClosesIt) {
  settings_.mutable_circuit_breaker()->set_failures(3);
  settings_.mutable_circuit_breaker()->mutable_retry_after()->set_nanos(50'000'000);
  WebhookTestStore store(settings_);
  server_.Behave({"fail", 500});
  for (int i = 0; i < 3; ++i) EXPECT_THAT(store.Outage("alice"), HasSubstr("HTTP status 500"));
  EXPECT_EQ(server_.Requests().size(), 3u);
  EXPECT_THAT(store.Outage("alice"), HasSubstr("not asked, since it failed: " + server_.Url()));
  EXPECT_EQ(server_.Requests().size(), 3u);
  EXPECT_THAT(std::string(store.Ping().message()), HasSubstr("not asked"));
  server_.Behave({"answer"});
  // It is closed some time after retry_after, by one of these.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  LookupResult result = absl::UnavailableError("");
  while (!result.ok() && std::chrono::steady_clock::now() < give_up) result = store.Lookup("alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_NE(*result, nullptr);
  EXPECT_EQ(server_.Requests().size(), 4u);
}

TEST_F(WebhookOutageTest, OfOneUserDoesNotOpenTheBreaker) {
  settings_.mutable_circuit_breaker()->set_failures(2);
  WebhookTestStore store(settings_);
  server_.Behave({"fail", 404});
  for (int i = 0; i < 4; ++i) EXPECT_THAT(store.Outage("mallory"), HasSubstr("404"));
  server_.Behave({"say", "{}"});
  for (int i = 0; i < 4; ++i) EXPECT_THAT(store.Outage("mallory"), HasSubstr("'found'"));
  server_.Behave({"answer"});
  EXPECT_TRUE(store.Lookup("alice").ok());
}

TEST_F(WebhookOutageTest, OfAHangingServerOpensTheBreaker) {
  settings_.mutable_circuit_breaker()->set_failures(2);
  WebhookTestStore store(settings_, {.timeout = absl::Milliseconds(50)});
  server_.Behave({"hold"});
  for (int i = 0; i < 2; ++i) EXPECT_THAT(store.Outage("alice"), HasSubstr("Timeout"));
  EXPECT_THAT(store.Outage("alice"), HasSubstr("not asked"));
}

}  // namespace
}  // namespace sallyport::server
