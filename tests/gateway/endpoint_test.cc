#include "gateway/endpoint.h"

#include <gtest/gtest.h>

namespace sallyport::gateway {
namespace {

TEST(Endpoint, ReadsNamesAndAddressesWithAPort) {
  const auto name = ParseHostAndPort("broker.example.com:5672");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->host, "broker.example.com");
  EXPECT_EQ(name->port, 5672);
  const auto v6 = ParseHostAndPort("[::1]:5672");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
}

TEST(Endpoint, RefusesWhatIsNotAHostAndAPort) {
  for (const char* text : {"", "host", ":5672", "host:", "host:65536", "host:07", "host:x",
                           "::1:5672", "[]:5672", "[::1:5672", "a b:1", "[::1]"}) {
    EXPECT_FALSE(ParseHostAndPort(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseEndpoint("localhost:5672").has_value());
}

TEST(Endpoint, IsWrittenAsItIsRead) {
  for (const char* text : {"127.0.0.1:0", "[::1]:65535", "[2001:db8::2]:5671"}) {
    EXPECT_EQ(FormatEndpoint(*ParseEndpoint(text)), text);
  }
  EXPECT_EQ(FormatEndpoint(*ParseEndpoint("[::ffff:10.0.0.1]:1")), "10.0.0.1:1");
}

}  // namespace
}  // namespace sallyport::gateway
