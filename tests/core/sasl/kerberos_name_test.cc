// Which account a Kerberos principal has.

#include "core/sasl/gssapi/kerberos_name.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

std::string NameOf(std::string_view principal, std::string_view realm = "R.EXAMPLE") {
  return AccountNameOf(principal, realm).value_or("nobody");
}

TEST(KerberosName, LosesOurRealmOnly) {
  EXPECT_EQ(NameOf("alice@R.EXAMPLE"), "alice");
  EXPECT_EQ(NameOf("web/host.example@R.EXAMPLE"), "web/host.example");
  EXPECT_EQ(NameOf("a/b/c@R.EXAMPLE"), "a/b/c");
  EXPECT_EQ(NameOf("alice@OTHER"), "alice@OTHER");
  EXPECT_EQ(NameOf("alice@r.example"), "alice@r.example");
  EXPECT_EQ(NameOf("alice@R.EXAMPLE.COM"), "alice@R.EXAMPLE.COM");
  EXPECT_EQ(NameOf("alice@R.EXAMPL"), "alice@R.EXAMPL");
  EXPECT_EQ(NameOf("alice@R.EXAMPLE", ""), "alice@R.EXAMPLE");
  EXPECT_EQ(NameOf("j\xc3\xbcrgen@R.EXAMPLE"), "j\xc3\xbcrgen");
}

TEST(KerberosName, IsRefusedWhereItCouldBeMistaken) {
  for (const std::string principal :
       {"alice\\@OTHER@R.EXAMPLE", "alice\\/admin@R.EXAMPLE", "alice\\\\@R.EXAMPLE",
        "alice\\0@R.EXAMPLE", "alice\\n@R.EXAMPLE", "alice@R\\@EXAMPLE", "alice@OTHER@R.EXAMPLE",
        "alice", "", "@", "@R.EXAMPLE", "alice@", "/@R.EXAMPLE", "/alice@R.EXAMPLE",
        "alice/@R.EXAMPLE", "a//b@R.EXAMPLE"}) {
    EXPECT_EQ(NameOf(principal), "nobody") << principal;
    EXPECT_EQ(NameOf(principal, ""), "nobody") << principal;
  }
}

TEST(KerberosName, IsRefusedWherePreparationWouldChangeIt) {
  for (const std::string& principal :
       {std::string("al\xc2\xadice@R.EXAMPLE"), std::string("\xc2\xaa@R.EXAMPLE"),
        std::string("a\x01@R.EXAMPLE"), std::string("a\0b@R.EXAMPLE", 13),
        std::string("\xff@R.EXAMPLE"), std::string("alice@R\xc2\xad.EXAMPLE")}) {
    EXPECT_EQ(NameOf(principal), "nobody");
  }
}

TEST(KerberosName, IsRefusedWhereItStandsForNobody) {
  EXPECT_EQ(NameOf("WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS"), "nobody");
  EXPECT_EQ(NameOf("WELLKNOWN/ANONYMOUS@R.EXAMPLE"), "nobody");
  EXPECT_EQ(NameOf("WELLKNOWN@R.EXAMPLE"), "nobody");
  EXPECT_EQ(NameOf("alice@WELLKNOWN:X"), "nobody");
  EXPECT_EQ(NameOf("WELLKNOWNS/x@R.EXAMPLE"), "WELLKNOWNS/x");
}

}  // namespace
}  // namespace sallyport
