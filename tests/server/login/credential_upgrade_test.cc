// Upgrades of credentials that their store does not take, in a whole service.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "server/stores/sqlite/sqlite_connection.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

class CredentialUpgradeTest : public testing::Test {
 protected:
  CredentialUpgradeTest() {
    UseRules(&config_,
             "mechanisms: [PLAIN], credentials: {store_as: [SCRAM-SHA-512], upgrade_on_login: "
             "true}");
    config_.audit.file = std::filesystem::path(StorePath(config_)).parent_path() / "audit.jsonl";
    auto users = SqliteConnection::Open(StorePath(config_), SqliteConnection::Access::kReadWrite);
    EXPECT_TRUE(users.ok()) << users.status();
    const absl::Status refusing = users->Execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON credentials"
        " BEGIN SELECT RAISE(ABORT, 'refused'); END");
    EXPECT_TRUE(refusing.ok()) << refusing;
    running_.emplace(config_);
  }

  void LogInByPlain() {
    RawStream stream(running_->stub());
    v1::ConnectionInput open = OpenInput(1);
    open.set_received(PlainInit(kUser, kPassword));
    stream.SendOne(open);
    ASSERT_TRUE(stream.ReadUntilOutcome(1));
    EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_OK);
  }
  int FailedUpgrades() const {
    std::ifstream audit(config_.audit.file);
    int failed = 0;
    for (std::string line; std::getline(audit, line);) {
      failed += line.find("credentials not upgraded") != std::string::npos;
    }
    return failed;
  }

  ServerConfig config_ = ScratchConfig();
  std::optional<RunningService> running_;
};

TEST_F(CredentialUpgradeTest, IsNotTriedAgainAtEachLogin) {
  LogInByPlain();
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  while (FailedUpgrades() == 0 && absl::Now() < limit) absl::SleepFor(absl::Milliseconds(5));
  for (int i = 0; i < 5; ++i) LogInByPlain();
  // Writes what is to be written.
  running_.reset();
  EXPECT_EQ(FailedUpgrades(), 1);
}

}  // namespace
}  // namespace sallyport::server
