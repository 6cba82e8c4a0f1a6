// How many requests are under way, and by which connections.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/stores/webhook/webhook_backend.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/webhook/http2_server.h"
#include "tests/server/stores/webhook/webhook_server.h"
#include "tests/server/stores/webhook/webhook_test_store.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

class WebhookConnectionsTest : public testing::Test {
 protected:
  WebhookConnectionsTest() {
    settings_.mutable_tls()->set_ca_file(client::WriteFile("ca.pem", authority_.certificate()));
  }

  void Ask(WebhookTestStore& store, int count, AnswerBox<LookupResult>& box) {
    for (int i = 0; i < count; ++i) {
      store.backend().Read({"", "user" + std::to_string(i)}, box.Callback());
    }
  }

  const client::TestAuthority authority_;
  v1::WebhookStore settings_;
};

TEST_F(WebhookConnectionsTest, AreFewForManyLookups) {
  WebhookServer server(authority_.Issue("localhost"));
  settings_.set_url(server.Url());
  settings_.set_max_concurrent(4);
  WebhookTestStore store(settings_, {.timeout = absl::Seconds(60)});
  AnswerBox<LookupResult> box;
  Ask(store, 200, box);
  for (const LookupResult& result : box.Await(200)) EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(server.Requests().size(), 200u);
  EXPECT_LE(server.Connections(), 4u);
}

TEST_F(WebhookConnectionsTest, CarryNoMoreThanMaxConcurrentAtATime) {
  WebhookServer server(authority_.Issue("localhost"));
  settings_.set_url(server.Url());
  settings_.set_max_concurrent(3);
  WebhookTestStore store(settings_, {.timeout = absl::Seconds(60)});
  server.Behave({"hold"});
  AnswerBox<LookupResult> box;
  Ask(store, 10, box);
  server.AwaitHeld(3);
  EXPECT_EQ(server.Requests().size(), 3u);
  server.Behave({"answer"});
  for (const LookupResult& result : box.Await(10)) EXPECT_TRUE(result.ok()) << result.status();
}

TEST_F(WebhookConnectionsTest, DoNotKeepWhatWaitsForLongerThanTheTimeout) {
  WebhookServer server(authority_.Issue("localhost"));
  settings_.set_url(server.Url());
  settings_.set_max_concurrent(1);
  WebhookTestStore store(settings_, {.timeout = absl::Milliseconds(100), .max_waiting = 4});
  server.Behave({"hold"});
  AnswerBox<LookupResult> box;
  Ask(store, 5, box);
  int refused = 0;
  for (const LookupResult& result : box.Await(5)) {
    if (absl::IsResourceExhausted(result.status())) {
      ++refused;
    } else {
      EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
    }
  }
  EXPECT_EQ(refused, 1);
}

TEST_F(WebhookConnectionsTest, AreSharedOverHttp2) {
  Http2Server server(authority_.Issue("localhost"));
  settings_.set_url(server.Url());
  WebhookTestStore store(settings_, {.timeout = absl::Seconds(60)});
  AnswerBox<LookupResult> box;
  Ask(store, 50, box);
  // It answers none before it has all of them.
  EXPECT_EQ(server.ConnectionsOf(50), 1);
  for (const LookupResult& result : box.Await(50)) {
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, nullptr);
  }
}

TEST_F(WebhookConnectionsTest, EndWithTheStoreAndAnswerWhatIsUnderWay) {
  WebhookServer server(authority_.Issue("localhost"));
  settings_.set_url(server.Url());
  settings_.set_max_concurrent(2);
  AnswerBox<LookupResult> box;
  {
    WebhookTestStore store(settings_, {.timeout = absl::Hours(1)});
    server.Behave({"hold"});
    Ask(store, 5, box);
    server.AwaitHeld(2);
  }
  ASSERT_EQ(box.size(), 5u);
  for (const LookupResult& result : box.Await(5)) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  }
}

}  // namespace
}  // namespace sallyport::server
