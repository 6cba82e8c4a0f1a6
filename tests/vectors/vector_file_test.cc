#include "tests/vectors/vector_file.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

VectorRecord OneVector(std::string_view text) {
  absl::StatusOr<std::vector<VectorRecord>> records = ParseVectors(text);
  if (!records.ok() || records->size() != 1) {
    ADD_FAILURE() << "not one vector: " << records.status();
    return {};
  }
  return records->front();
}

TEST(VectorFile, SplitsVectorsAtBlankLines) {
  const auto records = ParseVectors("# source\n\nA = 1\nB = 2\n\n\n# next\nA = 3");
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].line(), 3);
  EXPECT_EQ((*records)[1].line(), 8);
  EXPECT_TRUE((*records)[0].Has("B"));
  EXPECT_FALSE((*records)[1].Has("B"));
}

TEST(VectorFile, ReadsQuotedTextHexadecimalAndNumbers) {
  VectorRecord record = OneVector("Text = \" a\"b = \"\nEmpty = \"\"\nHex = 00fF\nCount = 4096\n");
  EXPECT_EQ(record.Bytes("Text"), " a\"b = ");
  EXPECT_EQ(record.Bytes("Empty"), "");
  EXPECT_EQ(record.Bytes("Hex"), std::string("\0\xff", 2));
  EXPECT_EQ(record.Number("Count"), 4096u);
}

TEST(VectorFile, NamesTheAttributesThatWereNotRead) {
  VectorRecord record = OneVector("A = 1\nB = 2\nC = 3\n");
  record.Number("B");
  EXPECT_TRUE(record.Has("A"));
  EXPECT_EQ(record.Unread(), (std::vector<std::string>{"A", "C"}));
}

TEST(VectorFile, RefusesLinesThatAreNoAttribute) {
  for (const std::string_view text : {"A = 1\nnonsense\n", "A = 1\n = 2\n", "A = 1\nA = 1\n"}) {
    const auto records = ParseVectors(text);
    ASSERT_FALSE(records.ok()) << text;
    EXPECT_EQ(records.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(records.status().message()).substr(0, 7), "line 2:");
  }
}

TEST(VectorFile, FailsTheTestOverAMissingOrMalformedAttribute) {
  static VectorRecord record;
  record = OneVector("A = abc\nB = 99999999999\n");
  EXPECT_NONFATAL_FAILURE(record.Bytes("Missing"), "has no Missing");
  EXPECT_NONFATAL_FAILURE(record.Bytes("A"), "neither in quotes nor hexadecimal");
  EXPECT_NONFATAL_FAILURE(record.Number("A"), "not a number");
  EXPECT_NONFATAL_FAILURE(record.Number("B"), "not a number");
}

TEST(VectorFile, FailsTheTestOverAMissingFile) {
  EXPECT_FATAL_FAILURE(ForEachVector("tests/vectors/absent.txt", [](VectorRecord&) {}),
                       "cannot be read");
}

}  // namespace
}  // namespace sallyport
