#include "gateway/service_account.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/gateway/test_certificates.h"

namespace sallyport::gateway {
namespace {

AccountLoginConfig Config(std::vector<std::string> mechanisms) {
  return {.mechanisms = std::move(mechanisms),
          .username = "gateway",
          .password_file = WriteTestFile("account-password", "s3cret\n"),
          .server_name = "broker.example",
          .channel_bindings = {"tls-exporter"}};
}

std::string Refusal(const AccountLoginConfig& config) {
  const auto account = ServiceAccount::Load(config);
  return account.ok() ? "" : std::string(account.status().message());
}

TEST(ServiceAccount, ReadsItsFilesAtOnce) {
  AccountLoginConfig config = Config({"PLAIN"});
  const auto account = ServiceAccount::Load(config);
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_EQ((*account)->HandshakeOptions(nullptr, Secret()).credentials.password.view(), "s3cret");
  config.password_file = WriteTestFile("empty-password", "\n");
  EXPECT_NE(Refusal(config).find(config.password_file), std::string::npos);
  config.password_file += ".missing";
  EXPECT_NE(Refusal(config).find(config.password_file), std::string::npos);
}

TEST(ServiceAccount, RefusesAMechanismThatItsSettingsCannotServe) {
  AccountLoginConfig config = Config({"SCRAM-SHA-256", "PLAIN"});
  config.parameters = {{"mutual", "true"}};
  EXPECT_NE(Refusal(config).find("cannot use PLAIN: "), std::string::npos) << Refusal(config);
  config.mechanisms = {"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"};
  EXPECT_EQ(Refusal(config), "");
  config.username = "\x7f";
  EXPECT_NE(Refusal(config).find("SCRAM-SHA-256"), std::string::npos) << Refusal(config);
}

TEST(ServiceAccount, ReadsItsTokenAnewEachTime) {
  AccountLoginConfig config = Config({"XOAUTH2"});
  config.token_file = WriteTestFile("account-token", "one\n");
  const auto account = ServiceAccount::Load(config);
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_TRUE((*account)->has_token());
  WriteTestFile("account-token", "two\n");
  EXPECT_EQ((*account)->ReadToken()->view(), "two");
  WriteTestFile("account-token", "not a token\n");
  EXPECT_NE(Refusal(config).find("XOAUTH2"), std::string::npos) << Refusal(config);
}

TEST(ServiceAccount, DerivesASaltedPasswordOnce) {
  const auto account = ServiceAccount::Load(Config({"SCRAM-SHA-256"}));
  ASSERT_TRUE(account.ok()) << account.status();
  const SaltedPassword work = {HashFunction::kSha256, Secret("s3cret"), "salt", 4096};
  EXPECT_FALSE((*account)->Recall(work).has_value());
  const DerivationAnswer derived = (*account)->Derive(work);
  const auto recalled = (*account)->Recall(work);
  ASSERT_TRUE(recalled.has_value());
  EXPECT_TRUE(std::get<Secret>(*recalled).Equals(std::get<Secret>(derived).view()));

  SaltedPassword other = work;
  other.hash = HashFunction::kSha512;
  EXPECT_FALSE((*account)->Recall(other).has_value());
  other = work;
  other.iterations = 4097;
  EXPECT_FALSE((*account)->Recall(other).has_value());
  for (const char* salt : {"1", "2", "3", "4"}) {
    other = work;
    other.salt = salt;
    EXPECT_FALSE((*account)->Recall(other).has_value());
    (*account)->Derive(other);
  }
  EXPECT_FALSE((*account)->Recall(work).has_value()) << "a broker can make it remember no end";
}

}  // namespace
}  // namespace sallyport::gateway
