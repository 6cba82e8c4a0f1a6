#include "core/sasl/saved_state.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

TEST(SavedState, IsReadAsItWasWritten) {
  const std::string bytes("a\0b", 3);
  for (const uint64_t number : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 63,
                                std::numeric_limits<uint64_t>::max()}) {
    StateWriter writer;
    writer.Number(number);
    writer.Bytes(bytes);
    writer.Bytes("");
    StateReader reader(writer.view());
    EXPECT_EQ(reader.Number(), number);
    EXPECT_EQ(reader.Bytes(), bytes);
    EXPECT_FALSE(reader.at_end());
    EXPECT_EQ(reader.Bytes(), "");
    EXPECT_TRUE(reader.at_end());
  }
}

TEST(SavedState, IsNotWholeWhereAnythingIsMissingOrLeft) {
  StateWriter writer;
  writer.Number(300);
  writer.Bytes("abc");
  for (size_t size = 0; size < writer.view().size(); ++size) {
    StateReader reader(writer.view().substr(0, size));
    reader.Number();
    reader.Bytes();
    EXPECT_FALSE(reader.at_end()) << size;
    EXPECT_FALSE(reader.ok()) << size;
  }
  const std::string longer = std::string(writer.view()) + "x";
  StateReader reader(longer);
  reader.Number();
  reader.Bytes();
  EXPECT_FALSE(reader.at_end());
  EXPECT_TRUE(reader.ok());
}

TEST(SavedState, GivesNothingBehindABadRead) {
  // A size that the bytes do not bear, and a number that does not end.
  for (const std::string& bad : {std::string("\x7f"
                                             "ab"),
                                 std::string(11, '\xff')}) {
    StateReader reader(bad);
    EXPECT_EQ(reader.Bytes(), "");
    EXPECT_EQ(reader.Number(), 0u);
    EXPECT_FALSE(reader.ok());
  }
  StateReader out_of_range("\1");
  EXPECT_EQ(out_of_range.Number(), 1u);
  out_of_range.Fail();
  EXPECT_FALSE(out_of_range.at_end());
}

}  // namespace
}  // namespace sallyport
