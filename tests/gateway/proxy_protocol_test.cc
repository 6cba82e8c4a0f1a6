#include "gateway/proxy_protocol.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sallyport::gateway {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

// proxy-protocol.txt, section 2.1.
const std::string kV1Tcp4 = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
const std::string kV1LongestTcp6 =
    "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    "65535 65535\r\n";
const std::string kV1LongestUnknown =
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    "65535 65535\r\n";

const std::string kV2Tcp4 = kSignature + "\x21\x11\x00\x0c"s + "\xc0\xa8\x00\x01"s +
                            "\xc0\xa8\x00\x0b"s + "\xdc\x04\x01\xbb"s;
const std::string kV2Tcp6 = kSignature + "\x21\x21\x00\x24"s +
                            "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s +
                            "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"s + "\xdc\x04\x16\x27"s;
const std::string kV2Local = kSignature + "\x20\x00\x00\x00"s;
// With a PP2_TYPE_NOOP extension of 2 bytes.
const std::string kV2WithExtension = kSignature + "\x21\x11\x00\x11"s + "\xc0\xa8\x00\x01"s +
                                     "\xc0\xa8\x00\x0b"s + "\xdc\x04\x01\xbb"s + "\x04\x00\x02xx"s;

ProxyAddresses Addresses(const char* source, const char* destination) {
  return {*ParseEndpoint(source), *ParseEndpoint(destination)};
}

struct ValidCase {
  std::string bytes;
  ProxyProtocol version;
  std::string source;
  std::string destination;
};

std::vector<ValidCase> ValidCases() {
  return {
      {kV1Tcp4, ProxyProtocol::kV1, "192.168.0.1:56324", "192.168.0.11:443"},
      {kV1LongestTcp6, ProxyProtocol::kV1, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
       "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
      {kV1LongestUnknown, ProxyProtocol::kV1, "", ""},
      {"PROXY UNKNOWN\r\n", ProxyProtocol::kV1, "", ""},
      {kV2Tcp4, ProxyProtocol::kV2, "192.168.0.1:56324", "192.168.0.11:443"},
      {kV2Tcp6, ProxyProtocol::kV2, "[2001:db8::1]:56324", "[2001:db8::2]:5671"},
      {kV2Local, ProxyProtocol::kV2, "", ""},
      {kV2WithExtension, ProxyProtocol::kV2, "192.168.0.1:56324", "192.168.0.11:443"},
  };
}

TEST(ProxyProtocol, ReadsEveryHeaderAndLeavesWhatFollows) {
  for (const ValidCase& valid : ValidCases()) {
    for (const ProxyProtocol accepted : {valid.version, ProxyProtocol::kAny}) {
      for (const std::string& behind : {""s, "AMQP\x03\x01\x00\x00"s, "\r\n"s}) {
        const ProxyParse parsed = ParseProxyHeader(valid.bytes + behind, accepted);
        const auto* header = std::get_if<ProxyHeader>(&parsed);
        ASSERT_NE(header, nullptr) << valid.bytes;
        EXPECT_EQ(header->size, valid.bytes.size());
        ASSERT_EQ(header->addresses.has_value(), !valid.source.empty());
        if (valid.source.empty()) continue;
        EXPECT_EQ(FormatEndpoint(header->addresses->source), valid.source);
        EXPECT_EQ(FormatEndpoint(header->addresses->destination), valid.destination);
      }
    }
  }
}

TEST(ProxyProtocol, WaitsForMoreAtEverySplit) {
  for (const ValidCase& valid : ValidCases()) {
    for (size_t size = 0; size < valid.bytes.size(); ++size) {
      const ProxyParse parsed = ParseProxyHeader(valid.bytes.substr(0, size), ProxyProtocol::kAny);
      EXPECT_TRUE(std::holds_alternative<ProxyIncomplete>(parsed)) << valid.bytes << " at " << size;
    }
  }
}

TEST(ProxyProtocol, RefusesAnotherVersionThanTheOneAccepted) {
  for (const ValidCase& valid : ValidCases()) {
    const ProxyProtocol other =
        valid.version == ProxyProtocol::kV1 ? ProxyProtocol::kV2 : ProxyProtocol::kV1;
    for (const ProxyProtocol accepted : {other, ProxyProtocol::kNone}) {
      EXPECT_TRUE(std::holds_alternative<ProxyMalformed>(ParseProxyHeader(valid.bytes, accepted)))
          << valid.bytes;
    }
  }
}

TEST(ProxyProtocol, RefusesWhatIsMalformed) {
  const std::vector<std::string> malformed = {
      "AMQP\x03\x01\x00\x00"s,
      "\x16\x03\x01"s,
      "PROXY\tTCP4"s,
      "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
      "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
      "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
      "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n",
      "PROXY TCP4 ::1 ::2 1 2\r\n",
      "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
      "PROXY TCP6 fe80::1%lo ::1 1 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
      "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
      "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
      "PROXY \r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
      "PROXY TCP4 1.2.3.4\r5.6.7.8 1 2\r\n",
      "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\0\r\n"s,
      "PROXY " + std::string(101, 'x'),
      "PROXY " + std::string(100, 'x') + "\r\n",
      "\r\n\r\n\0\r\nQUIX"s,
      kSignature + "\x11\x11"s,
      kSignature + "\x22\x11"s,
      kSignature + "\x21\x12\x00\x0c"s + std::string(12, 'x'),
      kSignature + "\x21\x13\x00\x0c"s + std::string(12, 'x'),
      kSignature + "\x21\x11\x00\x0b"s + std::string(11, 'x'),
      kSignature + "\x21\x21\x00\x23"s + std::string(35, 'x'),
      kSignature + "\x21\x11\x0f\xf1"s,
      kSignature + "\x20\x00\xff\xff"s,
  };
  for (const std::string& bytes : malformed) {
    EXPECT_TRUE(
        std::holds_alternative<ProxyMalformed>(ParseProxyHeader(bytes, ProxyProtocol::kAny)))
        << bytes;
  }
}

TEST(ProxyProtocol, IgnoresAddressesOfUnixSocketsAndUnspecifiedOnes) {
  for (const std::string& bytes : {kSignature + "\x21\x31\x00\xd8"s + std::string(216, 'x'),
                                   kSignature + "\x21\x00\x00\x03xyz"s}) {
    const ProxyParse parsed = ParseProxyHeader(bytes, ProxyProtocol::kV2);
    const auto* header = std::get_if<ProxyHeader>(&parsed);
    ASSERT_NE(header, nullptr);
    EXPECT_EQ(header->size, bytes.size());
    EXPECT_FALSE(header->addresses.has_value());
  }
}

TEST(ProxyProtocol, WritesTheHeadersOfTheSpecification) {
  const ProxyAddresses v4 = Addresses("192.168.0.1:56324", "192.168.0.11:443");
  const ProxyAddresses v6 = Addresses("[2001:db8::1]:56324", "[2001:db8::2]:5671");
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kV1, v4), kV1Tcp4);
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kV2, v4), kV2Tcp4);
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kV2, v6), kV2Tcp6);
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kV1, v6),
            "PROXY TCP6 2001:db8::1 2001:db8::2 56324 5671\r\n");
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kNone, v4), "");
}

TEST(ProxyProtocol, WritesMappedAddressesAsIpv4AndMixedOnesAsIpv6) {
  EXPECT_EQ(FormatProxyHeader(ProxyProtocol::kV1,
                              Addresses("[::ffff:192.168.0.1]:1", "[::ffff:192.168.0.2]:2")),
            "PROXY TCP4 192.168.0.1 192.168.0.2 1 2\r\n");
  for (const ProxyProtocol version : {ProxyProtocol::kV1, ProxyProtocol::kV2}) {
    const std::string mixed =
        FormatProxyHeader(version, Addresses("192.168.0.1:1", "[2001:db8::2]:2"));
    const ProxyParse parsed = ParseProxyHeader(mixed, version);
    const auto* header = std::get_if<ProxyHeader>(&parsed);
    ASSERT_NE(header, nullptr) << mixed;
    EXPECT_EQ(FormatEndpoint(header->addresses->source), "192.168.0.1:1");
    EXPECT_EQ(FormatEndpoint(header->addresses->destination), "[2001:db8::2]:2");
  }
}

}  // namespace
}  // namespace sallyport::gateway
