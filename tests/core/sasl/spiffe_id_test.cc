#include "core/sasl/external/spiffe_id.h"

#include <string>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

TEST(SpiffeId, IsATrustDomainAndAPath) {
  // The first four are the specification's examples.
  for (const std::string_view id :
       {"spiffe://staging.example.com/payments/mysql"sv,
        "spiffe://staging.example.com/payments/web-fe"sv,
        "spiffe://k8s-west.example.com/ns/staging/sa/default"sv,
        "spiffe://example.com/9eebccd2-12bf-40a6-b262-65fe0487d453"sv, "spiffe://d/p"sv,
        "spiffe://10.0.0.1/p"sv, "spiffe://a_b-c.0/A_z-9.x"sv, "spiffe://d/..."sv,
        "spiffe://d/.a/a./..a"sv}) {
    EXPECT_TRUE(IsSpiffeId(id)) << id;
  }
}

TEST(SpiffeId, RefusesWhatIsMalformed) {
  for (const std::string_view id :
       {""sv, "spiffe"sv, "spiffe:"sv, "spiffe:/"sv, "spiffe://"sv, "spiffe:///"sv,
        "spiffe:///path"sv,
        // The ID of a trust domain.
        "spiffe://example.com"sv, "spiffe://example.com/"sv, "http://example.com/path"sv,
        "spiffe:/example.com/path"sv, "spiffe:example.com/path"sv, "spiffe//example.com/path"sv,
        "//example.com/path"sv, " spiffe://example.com/path"sv, "spiffe://example.com/path "sv,
        "SPIFFE://example.com/path"sv, "Spiffe://example.com/path"sv, "spiffe://Example.com/path"sv,
        "spiffe://example.com:443/path"sv, "spiffe://example.com:/path"sv,
        "spiffe://user@example.com/path"sv, "spiffe://user:secret@example.com/path"sv,
        "spiffe://@example.com/path"sv, "spiffe://[::1]/path"sv, "spiffe://ex%61mple.com/path"sv,
        "spiffe://exa mple.com/path"sv, "spiffe://ex\u00e4mple.com/path"sv,
        "spiffe://example.com?/path"sv, "spiffe://example.com/path/"sv,
        "spiffe://example.com//path"sv, "spiffe://example.com/a//b"sv, "spiffe://example.com/."sv,
        "spiffe://example.com/.."sv, "spiffe://example.com/./path"sv,
        "spiffe://example.com/a/../b"sv, "spiffe://example.com/a/."sv,
        "spiffe://example.com/path?"sv, "spiffe://example.com/path?query"sv,
        "spiffe://example.com/path#"sv, "spiffe://example.com/path#fragment"sv,
        "spiffe://example.com/p%61th"sv, "spiffe://example.com/%2e%2e"sv,
        "spiffe://example.com/p:ath"sv, "spiffe://example.com/p@th"sv,
        "spiffe://example.com/p~th"sv, "spiffe://example.com/pa th"sv,
        "spiffe://example.com/p\\ath"sv, "spiffe://example.com/p\u00e4th"sv,
        "spiffe://example.com/path\0"sv, "spiffe://example.com/pa\nth"sv}) {
    EXPECT_FALSE(IsSpiffeId(id)) << testing::PrintToString(id);
  }
}

TEST(SpiffeId, IsBounded) {
  const std::string prefix = "spiffe://example.com/";
  EXPECT_TRUE(IsSpiffeId(prefix + std::string(2048 - prefix.size(), 'a')));
  EXPECT_FALSE(IsSpiffeId(prefix + std::string(2049 - prefix.size(), 'a')));
  EXPECT_TRUE(IsSpiffeId("spiffe://" + std::string(255, 'a') + "/p"));
  EXPECT_FALSE(IsSpiffeId("spiffe://" + std::string(256, 'a') + "/p"));
}

}  // namespace
}  // namespace sallyport
