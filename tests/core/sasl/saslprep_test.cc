#include "core/sasl/saslprep/saslprep.h"

#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

// Each vector has an Input, and either an Output or a Refused; a code point that
// is Unassigned passes a query only.
TEST(SaslPrep, AgreesWithThePublishedVectors) {
  ForEachVector("tests/vectors/sasl/saslprep.txt", [](VectorRecord& vector) {
    const std::string input = vector.Bytes("Input");
    if (vector.Has("Refused")) {
      vector.Bytes("Refused");
      EXPECT_EQ(SaslPrepQuery(input), std::nullopt);
      EXPECT_EQ(SaslPrepStored(input), std::nullopt);
      return;
    }
    const std::string output = vector.Bytes("Output");
    EXPECT_EQ(SaslPrepQuery(input), output);
    if (vector.Has("Unassigned")) {
      vector.Bytes("Unassigned");
      EXPECT_EQ(SaslPrepStored(input), std::nullopt);
    } else {
      EXPECT_EQ(SaslPrepStored(input), output);
    }
  });
}

TEST(SaslPrep, RefusesWhatIsNotUtf8) {
  for (const std::string_view bad : {"\x80", "\xc0\xaf", "a\xff", "\xe2\x82", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xc1\x81", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_EQ(SaslPrepQuery(bad), std::nullopt);
    EXPECT_EQ(SaslPrepStored(bad), std::nullopt);
  }
}

TEST(SaslPrep, RefusesNulAndOtherControlsWhereverTheyAre) {
  for (char control = 0; control < 0x20; ++control) {
    EXPECT_EQ(SaslPrepQuery(std::string(1, control)), std::nullopt) << int{control};
    EXPECT_EQ(SaslPrepQuery(std::string("a") + control + "b"), std::nullopt) << int{control};
  }
  EXPECT_EQ(SaslPrepQuery("\x7f"), std::nullopt);
}

TEST(SaslPrep, LeavesPrintableAsciiAlone) {
  std::string all;
  for (char printable = 0x20; printable < 0x7f; ++printable) all.push_back(printable);
  EXPECT_EQ(SaslPrepQuery(all), all);
  EXPECT_EQ(SaslPrepStored(""), "");
}

TEST(SaslPrep, LeavesNothingOfAStringThatIsMappedToNothing) {
  EXPECT_EQ(SaslPrepQuery("\u00ad\u200d\ufeff"), "");
}

TEST(SaslPrep, HoldsTheLongestExpansionThereIs) {
  std::string input;
  while (input.size() + 3 <= kMaxSaslPrepSize) input.append("\ufdfa");
  const auto prepared = SaslPrepQuery(input);
  ASSERT_TRUE(prepared.has_value());
  EXPECT_EQ(prepared->size(), input.size() / 3 * 33);
}

TEST(SaslPrep, RefusesWhatIsTooLong) {
  EXPECT_TRUE(SaslPrepQuery(std::string(kMaxSaslPrepSize, 'a')).has_value());
  EXPECT_EQ(SaslPrepQuery(std::string(kMaxSaslPrepSize + 1, 'a')), std::nullopt);
}

}  // namespace
}  // namespace sallyport
