#include "core/amqp/utf8.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport::amqp {
namespace {

TEST(Utf8, TakesTheFirstAndLastCodePointOfEachLength) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("\0", 1), std::string_view("\x7f"),
        std::string_view("\xc2\x80"), std::string_view("\xdf\xbf"),
        std::string_view("\xe0\xa0\x80"), std::string_view("\xed\x9f\xbf"),
        std::string_view("\xee\x80\x80"), std::string_view("\xef\xbf\xbf"),
        std::string_view("\xf0\x90\x80\x80"), std::string_view("\xf3\xbf\xbf\xbf"),
        std::string_view("\xf4\x8f\xbf\xbf"),
        std::string_view("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z")}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const std::string_view text : {
           "\x80",
           "\xbf",
           "\xff",
           "\xfe",  // no lead byte
           "\xc0\x80",
           "\xc1\xbf",
           "\xe0\x9f\xbf",      // overlong
           "\xf0\x8f\xbf\xbf",  // overlong
           "\xed\xa0\x80",
           "\xed\xbf\xbf",  // surrogates
           "\xf4\x90\x80\x80",
           "\xf5\x80\x80\x80",  // above U+10FFFF
           "\xc3",
           "\xe2\x82",
           "\xf0\x9f\x98",  // cut short
           "\xc3z",
           "\xe2\x82z",
           "\xe2z\xac",
           "\xf0\x9f\x98z",
           "\xc3\xc3",
           "ok\xc3\xa4\x80",
       }) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

// A scan that takes several bytes at once must not pass over one.
TEST(Utf8, SeesEveryByteOfALongText) {
  for (size_t size = 1; size <= 40; ++size) {
    for (size_t place = 0; place < size; ++place) {
      std::string text(size, 'a');
      EXPECT_TRUE(IsUtf8(text)) << size;
      text[place] = '\x80';
      EXPECT_FALSE(IsUtf8(text)) << place << " of " << size;
      text.replace(place, 1, "\xe2\x82\xac");
      EXPECT_TRUE(IsUtf8(text)) << place << " of " << size;
    }
  }
}

}  // namespace
}  // namespace sallyport::amqp
