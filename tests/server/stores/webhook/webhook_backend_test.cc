#include "server/stores/webhook/webhook_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/client/test_certificates.h"
#include "tests/server/stores/webhook/webhook_server.h"
#include "tests/server/stores/webhook/webhook_test_store.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class WebhookBackendTest : public testing::Test {
 protected:
  WebhookBackendTest() {
    settings_.set_url(server_.Url());
    settings_.mutable_tls()->set_ca_file(client::WriteFile("ca.pem", authority_.certificate()));
  }

  const client::TestAuthority authority_;
  WebhookServer server_{authority_.Issue("localhost")};
  v1::WebhookStore settings_;
};

TEST_F(WebhookBackendTest, FindsWhatTheWebhookKnowsOfAUser) {
  server_.AddUser("", "alice",
                  {{"found", true},
                   {"credentials", {"{CLEARTEXT}swordfish"}},
                   {"groups", {"admins"}},
                   {"attributes", {{"mail", "alice@example"}}},
                   {"disabled", true},
                   {"expires_at", "2030-01-31T00:00:00Z"}});
  WebhookTestStore store(settings_);
  const LookupResult result = store.Lookup("alice");
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_NE(*result, nullptr);
  const Account& account = **result;
  EXPECT_EQ(account.authentication_id, "alice");
  EXPECT_EQ(account.tenant, "");
  EXPECT_THAT(account.groups, ElementsAre("admins"));
  EXPECT_THAT(account.attributes, ElementsAre(Pair("mail", "alice@example")));
  EXPECT_TRUE(account.disabled);
  EXPECT_EQ(account.expires_at, absl::FromUnixSeconds(1896048000));
  ASSERT_EQ(account.credentials.size(), 1u);
  EXPECT_EQ(std::get<Cleartext>(account.credentials[0].secret).password.view(), "swordfish");
  EXPECT_EQ(account.password_verifier, nullptr);
  EXPECT_EQ(store.backend().decoy_verifier({}), nullptr);
}

TEST_F(WebhookBackendTest, SaysThatThereIsNoSuchUser) {
  WebhookTestStore store(settings_);
  const LookupResult result = store.Lookup("nobody");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, nullptr);
}

TEST_F(WebhookBackendTest, AsksAsTheContractSays) {
  WebhookTestStore store(settings_);
  ASSERT_TRUE(store.Lookup("alice").ok());
  ASSERT_TRUE(store.Lookup("alice", "acme").ok());
  ASSERT_TRUE(store.Ping().ok());
  const std::vector<json> requests = server_.Requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(json::parse(std::string(requests[0]["body"])),
            json({{"version", 1}, {"operation", "lookup"}, {"store", "corp"}, {"user", "alice"}}));
  EXPECT_EQ(json::parse(std::string(requests[1]["body"]))["tenant"], "acme");
  EXPECT_EQ(json::parse(std::string(requests[2]["body"])),
            json({{"version", 1}, {"operation", "ping"}, {"store", "corp"}}));
  for (const json& request : requests) {
    EXPECT_EQ(request["path"], "/users");
    EXPECT_EQ(request["content_type"], "application/json");
    EXPECT_EQ(request["authorization"], "");
    EXPECT_NE(request["request_id"], "");
  }
  EXPECT_NE(requests[0]["request_id"], requests[1]["request_id"]);
  EXPECT_EQ(server_.Connections(), 1u);
}

TEST_F(WebhookBackendTest, KeepsTenantsApart) {
  server_.AddUser("acme", "alice", {{"found", true}, {"credentials", {"{CLEARTEXT}pw"}}});
  WebhookTestStore store(settings_);
  EXPECT_EQ((*store.Lookup("alice", "acme"))->tenant, "acme");
  EXPECT_EQ(*store.Lookup("alice", "other"), nullptr);
  EXPECT_EQ(*store.Lookup("alice"), nullptr);
}

TEST_F(WebhookBackendTest, SkipsACredentialThatItCannotReadAndDoesNotShowIt) {
  server_.AddUser("", "alice",
                  {{"found", true}, {"credentials", {"{NOSUCH}swordfish", "{CLEARTEXT}right"}}});
  WebhookTestStore store(settings_);
  LogTap log;
  const LookupResult result = store.Lookup("alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->credentials.size(), 1u);
  const std::string line = log.AwaitLine("stored credential skipped");
  EXPECT_THAT(line, HasSubstr(R"("authentication_id":"alice","credential":1)"));
  EXPECT_THAT(line, testing::Not(HasSubstr("swordfish")));
}

TEST_F(WebhookBackendTest, SendsTheTokenThatIsInForce) {
  const std::string file = client::WriteFile("token", "first\n");
  settings_.mutable_bearer_token()->set_file(file);
  WebhookTestStore store(settings_);
  ASSERT_TRUE(store.Lookup("alice").ok());
  client::WriteFile("token", "second");
  ASSERT_TRUE(store.Lookup("alice").ok());
  const std::vector<json> requests = server_.Requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0]["authorization"], "Bearer first");
  EXPECT_EQ(requests[1]["authorization"], "Bearer second");
}

TEST_F(WebhookBackendTest, AsksNothingWithoutItsToken) {
  const std::string file = client::WriteFile("token", "first\n");
  settings_.mutable_bearer_token()->set_file(file);
  WebhookTestStore store(settings_);
  client::WriteFile("token", "no token\n");
  EXPECT_THAT(store.Outage("alice"), HasSubstr(file));
  ASSERT_EQ(unlink(file.c_str()), 0);
  EXPECT_THAT(store.Outage("alice"), HasSubstr(file));
  EXPECT_EQ(server_.Requests().size(), 0u);
  client::WriteFile("token", "third");
  EXPECT_TRUE(store.Lookup("alice").ok());
}

class SentPasswordTest : public WebhookBackendTest {
 protected:
  SentPasswordTest() {
    settings_.set_passwords(v1::WEBHOOK_PASSWORDS_SEND);
    server_.AddUser("", "alice", {{"found", true}, {"groups", {"admins"}}}, "swordfish");
  }
};

TEST_F(SentPasswordTest, AreJudgedByTheWebhook) {
  WebhookTestStore store(settings_);
  const LookupResult result = store.Lookup("alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT((*result)->groups, ElementsAre("admins"));
  ASSERT_NE((*result)->password_verifier, nullptr);
  const PasswordVerifier& verifier = *(*result)->password_verifier;
  EXPECT_EQ(Ask(verifier, "swordfish"), PasswordAnswer::kRight);
  EXPECT_EQ(Ask(verifier, "swordfis"), PasswordAnswer::kWrong);
  EXPECT_EQ(Ask(verifier, "Swordfish"), PasswordAnswer::kWrong);
  const json request = json::parse(std::string(server_.Requests()[1]["body"]));
  EXPECT_EQ(request["operation"], "verify");
  EXPECT_EQ(request["user"], "alice");
}

TEST_F(SentPasswordTest, AreWrongUnaskedWhereNoUserCanHaveThem) {
  WebhookTestStore store(settings_);
  const auto account = *store.Lookup("alice");
  server_.Behave({"say", R"({"valid":true})"});
  EXPECT_EQ(Ask(*account->password_verifier, ""), PasswordAnswer::kWrong);
  EXPECT_EQ(Ask(*account->password_verifier, "a\xff"), PasswordAnswer::kWrong);
  EXPECT_EQ(server_.Requests().size(), 1u);
}

TEST_F(SentPasswordTest, AreNeitherRightNorWrongWhereThereIsNoAnswer) {
  settings_.mutable_circuit_breaker()->set_failures(1000);
  WebhookTestStore store(settings_);
  const auto account = *store.Lookup("alice");
  for (const json& behaviour :
       {json{"fail", 500}, json{"fail", 401}, json{"fail", 404}, json{"hang_up"}, json{"cut"},
        json{"say", ""}, json{"say", "true"}, json{"say", R"({"valid":"true"})"},
        json{"say", R"({"found":true})"}, json{"say", R"({"valid":true,"user":"bob"})"}}) {
    server_.Behave(behaviour);
    EXPECT_EQ(Ask(*account->password_verifier, "swordfish"), PasswordAnswer::kUnavailable)
        << behaviour;
  }
}

TEST_F(SentPasswordTest, AreAskedAboutForUnknownUsersTooAndNeverRight) {
  WebhookTestStore store(settings_);
  const auto decoy = store.backend().decoy_verifier({});
  ASSERT_NE(decoy, nullptr);
  EXPECT_EQ(Ask(*decoy, "swordfish"), PasswordAnswer::kWrong);
  server_.Behave({"say", R"({"valid":true})"});
  EXPECT_EQ(Ask(*decoy, "swordfish"), PasswordAnswer::kWrong);
  const std::vector<json> requests = server_.Requests();
  ASSERT_EQ(requests.size(), 2u);
  const json first = json::parse(std::string(requests[0]["body"]));
  const json second = json::parse(std::string(requests[1]["body"]));
  EXPECT_EQ(first["operation"], "verify");
  EXPECT_EQ(first["password"], "swordfish");
  EXPECT_NE(first["user"], second["user"]);
  server_.Behave({"fail", 500});
  EXPECT_EQ(Ask(*decoy, "swordfish"), PasswordAnswer::kUnavailable);
}

TEST_F(SentPasswordTest, MayBeAskedAboutOnceTheStoreIsGone) {
  WebhookTestStore store(settings_);
  const auto account = *store.Lookup("alice");
  store.Destroy();
  EXPECT_EQ(Ask(*account->password_verifier, "swordfish"), PasswordAnswer::kUnavailable);
}

}  // namespace
}  // namespace sallyport::server
