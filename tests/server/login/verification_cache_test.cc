#include "server/login/verification_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::server {
namespace {

absl::Time fake_now;

VerificationCache::Options Options(size_t capacity = 1024) {
  fake_now = absl::FromUnixSeconds(1'800'000'000);
  return {.capacity = capacity, .time_to_live = absl::Seconds(60), .now = [] { return fake_now; }};
}

PasswordCheck Check(std::string_view password, std::string_view salt = "salt") {
  return {.password = Secret(password),
          .credentials = {Pbkdf2Hash{.salt = std::string(salt),
                                     .iterations = 1,
                                     .key = Secret("0123456789abcdef0123456789abcdef")}}};
}

TEST(VerificationCache, KnowsWhatItWasTold) {
  VerificationCache cache(Options());
  EXPECT_FALSE(cache.Contains(Check("pencil")));
  cache.Insert(Check("pencil"));
  EXPECT_TRUE(cache.Contains(Check("pencil")));
}

TEST(VerificationCache, KnowsNoOtherPassword) {
  VerificationCache cache(Options());
  cache.Insert(Check("pencil"));
  EXPECT_FALSE(cache.Contains(Check("pencil2")));
  EXPECT_FALSE(cache.Contains(Check("")));
}

TEST(VerificationCache, ForgetsWhenTheCredentialChanges) {
  VerificationCache cache(Options());
  cache.Insert(Check("pencil", "old salt"));
  EXPECT_FALSE(cache.Contains(Check("pencil", "new salt")));
  PasswordCheck two = Check("pencil", "old salt");
  two.credentials.push_back(two.credentials[0]);
  EXPECT_FALSE(cache.Contains(two));
}

TEST(VerificationCache, ForgetsWhenTheTimeIsUp) {
  VerificationCache cache(Options());
  cache.Insert(Check("pencil"));
  fake_now += absl::Seconds(59);
  EXPECT_TRUE(cache.Contains(Check("pencil")));
  fake_now += absl::Seconds(1);
  EXPECT_FALSE(cache.Contains(Check("pencil")));
}

TEST(VerificationCache, KeepsToItsCapacity) {
  constexpr int kInserted = 10'000;
  VerificationCache cache(Options(/*capacity=*/320));
  for (int i = 0; i < kInserted; ++i) cache.Insert(Check(std::to_string(i)));
  int known = 0;
  for (int i = 0; i < kInserted; ++i) known += cache.Contains(Check(std::to_string(i)));
  EXPECT_GT(known, 0);
  EXPECT_LE(known, 320);
  EXPECT_TRUE(cache.Contains(Check(std::to_string(kInserted - 1)))) << "the newest stays";
}

TEST(VerificationCache, IsOffAtACapacityOfZero) {
  VerificationCache cache(Options(/*capacity=*/0));
  cache.Insert(Check("pencil"));
  EXPECT_FALSE(cache.Contains(Check("pencil")));
}

}  // namespace
}  // namespace sallyport::server
