#include "core/crypto/base64.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

std::string Encoded(std::string_view bytes) {
  std::string text;
  AppendBase64(bytes, &text);
  return text;
}

TEST(Base64, MatchesThePublishedVectors) {
  ForEachVector("tests/vectors/base64.txt", [](VectorRecord& vector) {
    const std::string bytes = vector.Bytes("Bytes");
    const std::string text = vector.Bytes("Text");
    EXPECT_EQ(Encoded(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  });
}

// Whole blocks of what the decoder underneath skips.
TEST(Base64, RefusesWhatCouldBeSkipped) {
  for (const char skipped : {' ', '\t', '\r', '\n', '-'}) {
    for (const size_t count : {4u, 8u, 80u}) {
      const std::string padding(count, skipped);
      EXPECT_EQ(DecodeBase64(padding + "Zm9v"), std::nullopt) << int{skipped};
      EXPECT_EQ(DecodeBase64("Zm9v" + padding), std::nullopt) << int{skipped};
      EXPECT_EQ(DecodeBase64("Zm9v" + padding + "Zm9v"), std::nullopt) << int{skipped};
      EXPECT_EQ(DecodeBase64("Zg==" + padding), std::nullopt) << int{skipped};
    }
  }
}

// Every byte in every place of a text.
TEST(Base64, RefusesEveryByteOutsideOfTheAlphabet) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t place = 0; place < 12; ++place) {
      std::string text = "AAAAAAAAAAAA";
      text[place] = static_cast<char>(byte);
      const bool good = alphabet.find(text[place]) != std::string::npos;
      const bool padded = byte == '=' && place == 11;
      EXPECT_EQ(DecodeBase64(text).has_value(), good || padded) << byte << " at " << place;
    }
  }
}

TEST(Base64, AppendsToWhatIsThere) {
  std::string text = "s=";
  AppendBase64("f", &text);
  AppendBase64("fo", &text);
  EXPECT_EQ(text, "s=Zg==Zm8=");
}

TEST(Base64, RoundTripsEveryByteAndLength) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(Encoded(bytes)), bytes) << "length " << bytes.size();
    bytes.push_back(static_cast<char>(i * 167));
  }
}

TEST(Base64, RoundTripsMoreThanOneBlock) {
  const std::string bytes((3 << 20) + 1, '\xa5');
  EXPECT_EQ(DecodeBase64(Encoded(bytes)), bytes);
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const std::string_view text : {
           "Zg", "Zg=", "Zg===", "Z", "Zm9vZg", "====", "=", "==",
           "Z===",                                                          // padding
           "Zg==Zg==", "Zg==Zm9v", "Z=g=", "=Zg=", "Zm8=Zm8=",              // padding inside
           "Zh==", "Zm9=", "Zm8=\n", " Zm9v", "Zm9v ", "Zm9v\n", "Zm\n9v",  // bits,
                                                                            // white
                                                                            // space
           "Zm9\tv", " Zg=", "Zm9-", "Zm9_", "Zm9!", "Zm9\x80", "    ",     // alphabet
       }) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << '"' << text << '"';
  }
  EXPECT_EQ(DecodeBase64(std::string_view("Zm\0v", 4)), std::nullopt);
}

// Of the four-character texts, exactly those are accepted that encoding yields.
TEST(Base64, AcceptsNoTextThatItDoesNotWrite) {
  std::string text = "AA??";
  int accepted = 0;
  for (int third = 0; third < 256; ++third) {
    for (int fourth = 0; fourth < 256; ++fourth) {
      text[2] = static_cast<char>(third);
      text[3] = static_cast<char>(fourth);
      const std::optional<std::string> bytes = DecodeBase64(text);
      if (!bytes.has_value()) continue;
      ++accepted;
      EXPECT_EQ(Encoded(*bytes), text);
    }
  }
  EXPECT_EQ(accepted, 64 * 64 + 16 + 1);
}

}  // namespace
}  // namespace sallyport
