#include <openssl/evp.h>

#include <string>

#include "core/crypto/hash.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

// An OpenSSL that is told to take its algorithms from a provider that it does not have. A
// program of its own: the algorithms are looked up once in a process.
class WithoutAlgorithms : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  }
};

TEST_F(WithoutAlgorithms, NothingIsComputed) {
  for (const HashFunction hash : {HashFunction::kSha1, HashFunction::kSha256, HashFunction::kSha512,
                                  HashFunction::kMd5, HashFunction::kSha384}) {
    std::string out(kMaxDigestSize, 'x');
    const std::string untouched = out;
    EXPECT_FALSE(IsAvailable(hash));
    EXPECT_FALSE(Digest(hash, "data", out));
    EXPECT_FALSE(Hmac(hash, "key", "data", out));
    EXPECT_FALSE(Pbkdf2(hash, "password", "salt", 1, out));
    EXPECT_EQ(out, untouched);
  }
}

}  // namespace
}  // namespace sallyport
