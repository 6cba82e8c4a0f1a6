// Covers refuses to forget what a test has said.

#include "tests/requirements.h"

#include "gtest/gtest-spi.h"

namespace sallyport {
namespace {

TEST(Requirements, ASecondCallOfCoversFailsTheTest) {
  Covers({});
  EXPECT_NONFATAL_FAILURE(Covers({}), "Covers was called before");
}

}  // namespace
}  // namespace sallyport
