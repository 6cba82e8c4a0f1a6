#include "core/crypto/hash.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

constexpr HashFunction kHashFunctions[] = {HashFunction::kSha1, HashFunction::kSha256,
                                           HashFunction::kSha512, HashFunction::kMd5,
                                           HashFunction::kSha384};

HashFunction HashNamed(std::string_view name) {
  for (const HashFunction hash : kHashFunctions) {
    if (HashName(hash) == name) return hash;
  }
  ADD_FAILURE() << "no hash function is named " << name;
  return HashFunction::kSha256;
}

std::string DigestOf(HashFunction hash, std::string_view data) {
  std::string out(DigestSize(hash), '\0');
  EXPECT_TRUE(Digest(hash, data, out));
  return absl::BytesToHexString(out);
}

std::string HmacOf(HashFunction hash, std::string_view key, std::string_view data) {
  std::string out(DigestSize(hash), '\0');
  EXPECT_TRUE(Hmac(hash, key, data, out));
  return absl::BytesToHexString(out);
}

TEST(Hash, SizesAndNamesAreThoseOfTheStandard) {
  EXPECT_EQ(DigestSize(HashFunction::kSha1), 20u);
  EXPECT_EQ(DigestSize(HashFunction::kSha256), 32u);
  EXPECT_EQ(DigestSize(HashFunction::kSha512), kMaxDigestSize);
  EXPECT_EQ(DigestSize(HashFunction::kMd5), 16u);
  EXPECT_EQ(DigestSize(HashFunction::kSha384), 48u);
  EXPECT_EQ(HashName(HashFunction::kSha1), "SHA-1");
  EXPECT_EQ(HashName(HashFunction::kSha256), "SHA-256");
  EXPECT_EQ(HashName(HashFunction::kSha512), "SHA-512");
  EXPECT_EQ(HashName(HashFunction::kMd5), "MD5");
  EXPECT_EQ(HashName(HashFunction::kSha384), "SHA-384");
}

TEST(Hash, EveryFunctionIsAvailableHere) {
  for (const HashFunction hash : kHashFunctions) EXPECT_TRUE(IsAvailable(hash)) << HashName(hash);
}

TEST(Hash, DigestsMatchThePublishedVectors) {
  ForEachVector("tests/vectors/digest.txt", [](VectorRecord& vector) {
    EXPECT_EQ(DigestOf(HashNamed(vector.Bytes("Hash")), vector.Bytes("Data")),
              absl::BytesToHexString(vector.Bytes("Digest")));
  });
}

TEST(Hash, HmacMatchesThePublishedVectors) {
  ForEachVector("tests/vectors/hmac.txt", [](VectorRecord& vector) {
    const std::string expected = absl::BytesToHexString(vector.Bytes("Mac"));
    const std::string mac =
        HmacOf(HashNamed(vector.Bytes("Hash")), vector.Bytes("Key"), vector.Bytes("Data"));
    ASSERT_GE(expected.size(), 32u);
    EXPECT_EQ(mac.substr(0, expected.size()), expected);
  });
}

TEST(Hash, Pbkdf2MatchesThePublishedVectors) {
  ForEachVector("tests/vectors/pbkdf2.txt", [](VectorRecord& vector) {
    const std::string expected = vector.Bytes("Key");
    std::string key(expected.size(), '\0');
    ASSERT_TRUE(Pbkdf2(HashNamed(vector.Bytes("Hash")), vector.Bytes("Password"),
                       vector.Bytes("Salt"), vector.Number("Iterations"), key));
    EXPECT_EQ(absl::BytesToHexString(key), absl::BytesToHexString(expected));
  });
}

// A null key would let OpenSSL go on with the key before it.
TEST(Hash, AnEmptyKeyIsNotThePreviousKey) {
  for (const HashFunction hash : kHashFunctions) {
    const std::string with_empty_key = HmacOf(hash, std::string(), "data");
    EXPECT_NE(HmacOf(hash, "key", "data"), with_empty_key);
    EXPECT_EQ(HmacOf(hash, std::string_view(), "data"), with_empty_key);
    EXPECT_EQ(HmacOf(hash, std::string_view(), std::string_view()), HmacOf(hash, "", ""));
  }
}

TEST(Hash, RefusesAnOutputThatIsTooShort) {
  for (const HashFunction hash : kHashFunctions) {
    std::string out(DigestSize(hash) - 1, 'x');
    const std::string untouched = out;
    EXPECT_FALSE(Digest(hash, "data", out));
    EXPECT_FALSE(Hmac(hash, "key", "data", out));
    EXPECT_EQ(out, untouched);
  }
}

TEST(Hash, LeavesALongerOutputsTailAlone) {
  std::string out(DigestSize(HashFunction::kSha256) + 3, 'x');
  ASSERT_TRUE(Digest(HashFunction::kSha256, "data", out));
  EXPECT_EQ(out.substr(32), "xxx");
  ASSERT_TRUE(Hmac(HashFunction::kSha256, "key", "data", out));
  EXPECT_EQ(out.substr(32), "xxx");
}

TEST(Hash, Pbkdf2RefusesZeroIterationsAndAnEmptyOutput) {
  std::string out(20, '\0');
  EXPECT_FALSE(Pbkdf2(HashFunction::kSha1, "password", "salt", 0, out));
  EXPECT_FALSE(Pbkdf2(HashFunction::kSha1, "password", "salt", 1, {}));
}

TEST(Hash, ThreadsDoNotDisturbOneAnother) {
  const std::string expected = HmacOf(HashFunction::kSha256, "thread key", "data");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([i, &wrong, &expected] {
      for (int round = 0; round < 1000; ++round) {
        HmacOf(HashFunction::kSha256, std::string(i + 1, 'k'), "data");
        if (HmacOf(HashFunction::kSha256, "thread key", "data") != expected) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace sallyport
