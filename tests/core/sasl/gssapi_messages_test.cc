// What GSSAPI's messages look like, without a Kerberos library.

#include <string>
#include <string_view>

#include "core/sasl/gssapi/kerberos_token.h"
#include "core/sasl/gssapi/security_layer.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

// Of Kerberos 5, then an AP-REQ's id.
constexpr std::string_view kStart("\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00", 13);

std::string Framed(std::string_view length, std::string_view content) {
  return std::string("\x60").append(length).append(content);
}

TEST(KerberosToken, IsFramedAsRfc2743Says) {
  const std::string content = std::string(kStart) + "request";
  EXPECT_TRUE(IsKerberosRequest(Framed("\x14", content)));
  EXPECT_TRUE(IsKerberosRequest(Framed("\x81\x14", content)));
  EXPECT_TRUE(IsKerberosRequest(Framed(std::string_view("\x84\x00\x00\x00\x14", 5), content)));
  EXPECT_TRUE(
      IsKerberosRequest(Framed("\x82\x01\x0d", std::string(kStart) + std::string(256, 'x'))));
  EXPECT_TRUE(IsKerberosRequest(Framed("\x0d", kStart)));
  for (const std::string_view length :
       {std::string_view(), std::string_view("\x13"), std::string_view("\x15"),
        std::string_view("\x80"), std::string_view("\x82\x14"), std::string_view("\xff"),
        std::string_view("\x85\x00\x00\x00\x00\x14", 6)}) {
    EXPECT_FALSE(IsKerberosRequest(Framed(length, content))) << length.size();
  }
  EXPECT_FALSE(IsKerberosRequest(""));
  EXPECT_FALSE(IsKerberosRequest("\x60"));
  EXPECT_FALSE(IsKerberosRequest("\x61\x14" + content));
}

TEST(KerberosToken, IsOfKerberosItselfAndARequest) {
  for (size_t i = 0; i < kStart.size(); ++i) {
    std::string other(kStart);
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(IsKerberosRequest(Framed("\x0d", other))) << i;
  }
  EXPECT_FALSE(IsKerberosRequest(Framed("\x0c", kStart.substr(0, 12))));
}

TEST(KerberosToken, SaysWhoseKeyProtectsIt) {
  const auto wrapped = [](char flags) {
    return std::string("\x05\x04") + flags + std::string("\xff") + std::string(12, '\0');
  };
  for (const char flags : {'\x04', '\x05', '\x06', '\x07'}) {
    EXPECT_TRUE(IsUnderAcceptorSubkey(wrapped(flags)));
  }
  for (const char flags : {'\x00', '\x01', '\x02', '\x03', '\x08'}) {
    EXPECT_FALSE(IsUnderAcceptorSubkey(wrapped(flags)));
  }
  EXPECT_FALSE(IsUnderAcceptorSubkey(wrapped('\x04').substr(0, 15)));
  EXPECT_FALSE(IsUnderAcceptorSubkey("\x04\x04" + wrapped('\x04').substr(2)));
  EXPECT_FALSE(IsUnderAcceptorSubkey(""));
}

TEST(SecurityLayer, AChoiceOfNoneCarriesAnAuthorizationId) {
  for (const std::string_view id : {"", "bob", "b\xc3\xb6\x62"}) {
    const std::string choice = NoLayerChoice(id);
    const auto parsed = ParseLayerChoice(choice);
    ASSERT_TRUE(std::holds_alternative<std::string_view>(parsed));
    EXPECT_EQ(std::get<std::string_view>(parsed), id);
  }
  EXPECT_EQ(NoLayerChoice(""), kNoLayerOffer);
}

TEST(SecurityLayer, AnOfferMustIncludeNone) {
  EXPECT_FALSE(WhyLayersUnusable(kNoLayerOffer).has_value());
  EXPECT_FALSE(WhyLayersUnusable(std::string_view("\x01\xff\xff\xff", 4)).has_value());
  EXPECT_FALSE(WhyLayersUnusable(std::string_view("\x07\x00\xff\xff", 4)).has_value());
  EXPECT_TRUE(WhyLayersUnusable(std::string_view("\x06\x00\xff\xff", 4)).has_value());
}

}  // namespace
}  // namespace sallyport
