#include "core/sasl/nonce.h"

#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

TEST(Nonce, IsTheRandomBytesInBase64) {
  ScriptedRandom random("\x01\x02\x03 eighteen bytes in all, and more");
  EXPECT_EQ(NewNonce(random), "AQIDIGVpZ2h0ZWVuIGJ5dGVz");
}

TEST(Nonce, IsEmptyWithoutRandomness) {
  ScriptedRandom random("");
  EXPECT_EQ(NewNonce(random), "");
}

}  // namespace
}  // namespace sallyport
