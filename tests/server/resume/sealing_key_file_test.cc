#include "server/resume/sealing_key_file.h"

#include <fstream>
#include <string>
#include <utility>

#include "core/crypto/random_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

constexpr char kFirst[] = "c2FsbHlwb3J0IHNhbGx5cG9ydCBzYWxseXBvcnQgISE=";
constexpr char kSecond[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

auto Read(const std::string& text) {
  const std::string path = testing::TempDir() + "/keys";
  std::ofstream(path) << text;
  return ReadSealingKeys(path, SystemRandom());
}

std::string RefusalOf(const std::string& text) {
  const auto keys = Read(text);
  EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(keys.status().message());
}

bool Opens(const SealingKeys& keys, const SealingKeys& sealed_by) {
  return std::holds_alternative<Secret>(keys.Open(*sealed_by.Seal("state", "here"), "here"));
}

TEST(SealingKeyFile, SealsUnderTheFirstAndOpensUnderEach) {
  const auto both =
      Read(std::string("# the fleet's\n\n  ") + kFirst + "  # since May\r\n" + kSecond);
  ASSERT_TRUE(both.ok()) << both.status();
  const auto first = Read(std::string(kFirst) + "\n");
  const auto second = Read(kSecond);
  EXPECT_TRUE(Opens(**first, **both));
  EXPECT_FALSE(Opens(**second, **both));
  EXPECT_TRUE(Opens(**both, **first));
  EXPECT_TRUE(Opens(**both, **second));
}

TEST(SealingKeyFile, NamesTheLineThatIsWrongAndShowsNoKey) {
  for (const std::string& wrong : {std::string("c2FsbHlwb3J0"), std::string("not base64!"),
                                   std::string(kFirst) + "=", std::string(kFirst).substr(1)}) {
    const std::string refusal = RefusalOf(std::string(kSecond) + "\n# ...\n" + wrong + "\n");
    EXPECT_THAT(refusal, HasSubstr("/keys:3: expected a key of 32 bytes in base64"));
    EXPECT_THAT(refusal, HasSubstr("openssl rand -base64 32"));
    EXPECT_THAT(refusal, testing::Not(HasSubstr(wrong)));
  }
}

TEST(SealingKeyFile, RefusesAFileWithoutKeysOrWithOneTwice) {
  EXPECT_THAT(RefusalOf("# none yet\n"), HasSubstr("there is no sealing key"));
  EXPECT_THAT(RefusalOf(std::string(kFirst) + "\n" + kFirst), HasSubstr("are the same"));
  EXPECT_EQ(ReadSealingKeys("/nonexistent", SystemRandom()).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sallyport::server
