#include "server/telemetry/metrics_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/telemetry/metric_families.h"
#include "server/tokens/http_fetcher.h"

namespace sallyport::server {
namespace {

class OneTenant final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    MetricFamilies families;
    families.Add(Metric::kLogins, {"a \"b\" \\c\nd", "PLAIN", "ok", ""}, 7);
    return std::move(families).Take();
  }
};

absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const std::string& address) {
  return MetricsServer::Start(address, std::make_shared<OneTenant>());
}

absl::StatusOr<std::string> Get(const MetricsServer& server, const std::string& path) {
  return HttpFetcher({.url = absl::StrCat("http://", server.address(), path)}).Fetch();
}

TEST(MetricsServer, ServesMetricsWithWhateverATenantIsCalled) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const auto page = Get(**server, "/metrics");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(absl::StrContains(*page,
                                "sallyport_logins_total{tenant=\"a \\\"b\\\" \\\\c\\nd\","
                                "mechanism=\"PLAIN\",outcome=\"ok\",reason=\"\"} 7"))
      << *page;
}

TEST(MetricsServer, ServesNothingElse) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  for (const std::string path : {"/", "/index.html", "/other", "/..%2f..%2fetc/passwd", "/etc"}) {
    const auto page = Get(**server, path);
    EXPECT_FALSE(page.ok()) << path << ": " << *page;
    EXPECT_TRUE(absl::StrContains(std::string(page.status().message()), "404")) << page.status();
  }
}

TEST(MetricsServer, SaysThatItsAddressIsTaken) {
  const auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const auto second = Start((*server)->address());
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_TRUE(absl::StrContains(std::string(second.status().message()), (*server)->address()));
}

TEST(MetricsServer, FreesItsPort) {
  auto server = Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string address = (*server)->address();
  server->reset();
  const auto again = Start(address);
  EXPECT_TRUE(again.ok()) << again.status();
}

TEST(MetricsServer, TakesOnlyAHostAndAPort) {
  for (const char* address : {"127.0.0.1:9464", "localhost:0", "[::1]:9464", "0.0.0.0:65535"}) {
    EXPECT_TRUE(IsMetricsAddress(address)) << address;
  }
  // The library takes some of these for options: TLS, redirection, two sockets.
  for (const char* address :
       {"", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:9464s", "127.0.0.1:9464r",
        "127.0.0.1:65536", "127.0.0.1:-1", "+9464", "127.0.0.1:1,127.0.0.1:2", "unix:/run/x",
        "[::1:9464", "host name:1", "127.0.0.1:0x10"}) {
    EXPECT_FALSE(IsMetricsAddress(address)) << address;
    EXPECT_TRUE(absl::IsInvalidArgument(Start(address).status())) << address;
  }
}

}  // namespace
}  // namespace sallyport::server
