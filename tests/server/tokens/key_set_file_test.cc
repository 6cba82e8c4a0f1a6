#include "server/tokens/key_set_file.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/tokens/token_signer.h"
#include "tests/server/tokens/answer_box.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

std::string KeysNamed(const std::string& id) {
  return KeySetOf({TokenSigner::Octets(std::string(32, 'k')).Jwk(R"("kid":")" + id + "\",")});
}

class KeySetFileTest : public testing::Test {
 protected:
  void Replace(const std::string& content) {
    std::ofstream(path_ + ".new") << content;
    ASSERT_EQ(rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }

  const std::string path_ = testing::TempDir() + "/keys.json";
};

TEST_F(KeySetFileTest, UsesAReplacedFile) {
  Replace(KeysNamed("first"));
  auto keys = KeySetFile::Open(path_, absl::Milliseconds(1));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*keys)->Current()->keys()[0].id(), "first");
  Replace(KeysNamed("second"));
  while ((*keys)->Current()->keys()[0].id() != "second") std::this_thread::yield();
  AnswerBox<KeySetAnswer> box;
  (*keys)->Refresh(box.Callback());
  ASSERT_EQ(box.size(), 1u);
  EXPECT_EQ((*box.Await()[0])->keys()[0].id(), "second");
  EXPECT_EQ((**(*keys)->Newest())->keys()[0].id(), "second");
}

TEST_F(KeySetFileTest, ReportsABrokenFileAndKeepsTheOldKeys) {
  LogTap log;
  Replace(KeysNamed("first"));
  auto keys = KeySetFile::Open(path_, absl::Milliseconds(1));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_THAT(log.AwaitLine("key set loaded"), HasSubstr(path_));
  Replace("{\"keys\":");
  EXPECT_THAT(log.AwaitLine("key set not loaded"), HasSubstr(path_ + ": line 1, column 8"));
  EXPECT_EQ((*keys)->Current()->keys()[0].id(), "first");
}

TEST_F(KeySetFileTest, AnEmptySetWithdrawsAllKeys) {
  LogTap log;
  Replace(KeysNamed("first"));
  auto keys = KeySetFile::Open(path_, absl::Milliseconds(1));
  ASSERT_TRUE(keys.ok()) << keys.status();
  Replace(R"({"keys":[]})");
  while (!(*keys)->Current()->keys().empty()) std::this_thread::yield();
}

TEST_F(KeySetFileTest, SaysWhichKeysItLeavesOut) {
  LogTap log;
  Replace(R"({"keys":[{"kty":"OKP","kid":"e"}]})");
  auto keys = KeySetFile::Open(path_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_THAT(log.AwaitLine("key left out"), HasSubstr("key 0 ('e'): its type is not"));
}

TEST_F(KeySetFileTest, DoesNotOpenWithoutAKeySet) {
  EXPECT_EQ(KeySetFile::Open("/nonexistent").status().code(), absl::StatusCode::kNotFound);
  Replace("[]");
  const auto keys = KeySetFile::Open(path_);
  EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(keys.status().message()), HasSubstr(path_ + ": this is not a JSON"));
}

}  // namespace
}  // namespace sallyport::server
