#include "server/tokens/http_fetcher.h"

#include <fstream>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/test_certificates.h"
#include "tests/server/tokens/key_server.h"

namespace sallyport::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kKeys[] = R"({"keys":[]})";

class HttpFetcherTest : public testing::Test {
 protected:
  static std::string CaFile(const client::TestAuthority& authority) {
    return client::WriteFile("ca.pem", authority.certificate());
  }

  static std::string Failure(HttpFetcherOptions options) {
    HttpFetcher fetcher(std::move(options));
    const auto fetched = fetcher.Fetch();
    EXPECT_EQ(fetched.status().code(), absl::StatusCode::kUnavailable);
    return std::string(fetched.status().message());
  }

  const client::TestAuthority authority_;
  const std::string ca_file_ = CaFile(authority_);
};

TEST_F(HttpFetcherTest, FetchesOverTlsAgainAndAgain) {
  KeyServer server(kKeys, authority_.Issue("localhost"));
  HttpFetcher fetcher({.url = server.Url(), .ca_file = ca_file_});
  EXPECT_EQ(*fetcher.Fetch(), kKeys);
  server.Publish("other");
  EXPECT_EQ(*fetcher.Fetch(), "other");
  EXPECT_THAT(server.Stop(), ElementsAre("/keys", "/keys"));
}

TEST_F(HttpFetcherTest, RefusesACertificateThatIsNotTheServers) {
  const client::TestAuthority stranger;
  KeyServer strangers(kKeys, stranger.Issue("localhost"));
  EXPECT_THAT(Failure({.url = strangers.Url(), .ca_file = ca_file_}), HasSubstr("certificate"));
  KeyServer another(kKeys, authority_.Issue("elsewhere.example"));
  EXPECT_THAT(Failure({.url = another.Url(), .ca_file = ca_file_}), HasSubstr("localhost"));
  KeyServer named(kKeys, authority_.Issue("localhost"));
  EXPECT_THAT(Failure({.url = named.Url("/keys", "127.0.0.1"), .ca_file = ca_file_}),
              HasSubstr("127.0.0.1"));
  // Nothing was even asked of them.
  EXPECT_THAT(strangers.Stop(), IsEmpty());
  EXPECT_THAT(another.Stop(), IsEmpty());
  EXPECT_THAT(named.Stop(), IsEmpty());
}

TEST_F(HttpFetcherTest, TrustsTheSystemsAuthoritiesOnlyWhereItIsGivenNone) {
  KeyServer server(kKeys, authority_.Issue("localhost"));
  EXPECT_THAT(Failure({.url = server.Url()}), HasSubstr("certificate"));
  EXPECT_THAT(Failure({.url = server.Url(), .ca_file = "/nonexistent/ca.pem"}),
              HasSubstr("/nonexistent/ca.pem"));
  EXPECT_THAT(server.Stop(), IsEmpty());
}

TEST_F(HttpFetcherTest, DoesNotGoWhereItIsSent) {
  KeyServer server(kKeys);
  EXPECT_THAT(Failure({.url = server.Url("/redirect")}), HasSubstr("HTTP status 302"));
  EXPECT_THAT(server.Stop(), ElementsAre("/redirect"));
}

TEST_F(HttpFetcherTest, TakesNoStatusBut200) {
  KeyServer server(kKeys);
  for (const int status : {201, 204, 404, 500}) {
    server.AnswerWith(status);
    EXPECT_THAT(Failure({.url = server.Url()}), HasSubstr("HTTP status"));
  }
}

TEST_F(HttpFetcherTest, BoundsSizeAndTime) {
  KeyServer server(kKeys);
  EXPECT_THAT(Failure({.url = server.Url("/endless"), .max_bytes = 100'000}),
              HasSubstr("over 100000 bytes"));
  EXPECT_THAT(Failure({.url = server.Url("/gated"), .timeout = absl::Milliseconds(50)}),
              HasSubstr("timed out"));
  HttpFetcher exact({.url = server.Url(), .max_bytes = sizeof kKeys - 1});
  EXPECT_TRUE(exact.Fetch().ok());
  EXPECT_THAT(Failure({.url = server.Url(), .max_bytes = sizeof kKeys - 2}), HasSubstr("over 10"));
}

TEST_F(HttpFetcherTest, RefusesHalfADocument) {
  KeyServer server(kKeys);
  EXPECT_NE(Failure({.url = server.Url("/cut")}), "");
}

TEST_F(HttpFetcherTest, SpeaksHttpOnly) {
  const std::string file = client::WriteFile("keys.json", kKeys);
  EXPECT_THAT(Failure({.url = "file://" + file}), HasSubstr("not supported"));
  EXPECT_THAT(Failure({.url = "ftp://127.0.0.1/keys"}), HasSubstr("not supported"));
}

TEST_F(HttpFetcherTest, SaysWhereNobodyAnswers) {
  std::string url;
  {
    KeyServer server(kKeys);
    url = server.Url("/keys", "127.0.0.1");
  }
  EXPECT_THAT(Failure({.url = url}), HasSubstr(url));
}

TEST_F(HttpFetcherTest, CanBeCancelled) {
  KeyServer server(kKeys);
  HttpFetcher fetcher({.url = server.Url("/gated"), .timeout = absl::Hours(1)});
  std::thread other([&] {
    EXPECT_EQ(server.AwaitRequest(), "/gated");
    fetcher.Cancel();
  });
  EXPECT_FALSE(fetcher.Fetch().ok());
  other.join();
  EXPECT_FALSE(fetcher.Fetch().ok());
}

}  // namespace
}  // namespace sallyport::server
