// The suites, over a webhook.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/stores/webhook/webhook_backend.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/credential_store_suite.h"
#include "tests/server/stores/store_outage_suite.h"
#include "tests/server/stores/webhook/webhook_server.h"

namespace sallyport::server {
namespace {

using nlohmann::json;

struct Server {
  client::TestAuthority authority;
  WebhookServer webhook{authority.Issue("localhost")};
};

json AnswerFor(const NewUser& user, bool send) {
  json answer = {{"found", true}, {"user", user.key.name}};
  answer["groups"] = user.groups;
  answer["attributes"] = user.attributes;
  answer["disabled"] = user.disabled;
  if (user.expires_at.has_value()) {
    answer["expires_at"] =
        absl::FormatTime(absl::RFC3339_full, *user.expires_at, absl::UTCTimeZone());
  }
  if (send) return answer;
  answer["credentials"] = json::array();
  for (const Credential& credential : user.credentials) {
    answer["credentials"].push_back(FormatCredential(credential));
  }
  return answer;
}

void AddTo(WebhookServer& webhook, const NewUser& user, bool send) {
  const auto* password = std::get_if<Cleartext>(&user.credentials.at(0));
  webhook.AddUser(user.key.tenant, user.key.name, AnswerFor(user, send),
                  password == nullptr ? "" : std::string(password->password.view()));
}

StoreUnderTest MakeWebhook(bool per_tenant, v1::WebhookPasswords passwords) {
  const auto server = std::make_shared<Server>();
  v1::WebhookStore settings;
  settings.set_url(server->webhook.Url());
  settings.mutable_tls()->set_ca_file(client::WriteFile("ca.pem", server->authority.certificate()));
  settings.set_passwords(passwords);
  settings.mutable_circuit_breaker()->mutable_retry_after()->set_nanos(50'000'000);

  constexpr absl::Duration kTimeout = absl::Seconds(2);
  CredentialStoreOptions options{.name = "main", .per_tenant = per_tenant, .timeout = kTimeout};
  auto store = CredentialStore::Create(std::move(options), [&](StoreChanges&) {
    return WebhookBackend::Create(settings, {.name = "main", .timeout = kTimeout});
  });
  EXPECT_TRUE(store.ok()) << store.status();

  const bool send = passwords == v1::WEBHOOK_PASSWORDS_SEND;
  StoreUnderTest under_test;
  under_test.owner = server;
  if (store.ok()) under_test.store = *std::move(store);
  under_test.has_credentials = !send;
  WebhookServer* const webhook = &server->webhook;
  under_test.add = [webhook, send](const NewUser& user) { AddTo(*webhook, user, send); };
  under_test.change = [webhook, send](const UserKey& key,
                                      const std::vector<Credential>& credentials) {
    AddTo(*webhook, {.key = key, .credentials = credentials}, send);
  };
  under_test.stop = [webhook] { webhook->Down(); };
  under_test.start = [webhook] { webhook->Up(); };
  return under_test;
}

StoreUnderTest MakeShared() { return MakeWebhook(false, v1::WEBHOOK_PASSWORDS_READ); }
StoreUnderTest MakePerTenant() { return MakeWebhook(true, v1::WEBHOOK_PASSWORDS_READ); }
StoreUnderTest MakeSending() { return MakeWebhook(false, v1::WEBHOOK_PASSWORDS_SEND); }
StoreUnderTest MakeSendingPerTenant() { return MakeWebhook(true, v1::WEBHOOK_PASSWORDS_SEND); }

StoreUnderTest MakeHanging() {
  StoreUnderTest under_test = MakeShared();
  WebhookServer* const webhook = &static_cast<Server*>(under_test.owner.get())->webhook;
  under_test.stop = [webhook] { webhook->Suspend(); };
  under_test.start = [webhook] { webhook->Continue(); };
  return under_test;
}

StoreUnderTest MakeFailing() {
  StoreUnderTest under_test = MakeShared();
  WebhookServer* const webhook = &static_cast<Server*>(under_test.owner.get())->webhook;
  under_test.stop = [webhook] { webhook->Behave({"fail", 500}); };
  under_test.start = [webhook] { webhook->Behave({"answer"}); };
  return under_test;
}

INSTANTIATE_TEST_SUITE_P(Webhook, CredentialStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(WebhookPerTenant, CredentialStoreSuite, testing::Values(&MakePerTenant));
INSTANTIATE_TEST_SUITE_P(WebhookSending, CredentialStoreSuite, testing::Values(&MakeSending));
INSTANTIATE_TEST_SUITE_P(WebhookSendingPerTenant, CredentialStoreSuite,
                         testing::Values(&MakeSendingPerTenant));
INSTANTIATE_TEST_SUITE_P(WebhookGone, StoreOutageSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(WebhookHanging, StoreOutageSuite, testing::Values(&MakeHanging));
INSTANTIATE_TEST_SUITE_P(WebhookFailing, StoreOutageSuite, testing::Values(&MakeFailing));

}  // namespace
}  // namespace sallyport::server
