// What is made of MD5 where OpenSSL has none. A program of its own: the algorithms are looked up
// once in a process.

#include <openssl/evp.h>

#include <string>

#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

class WithoutMd5 : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
  }

  const MechanismDescriptor& descriptor() const { return *FindMechanism(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(
    All, WithoutMd5, testing::Values("CRAM-MD5", "DIGEST-MD5"), [](const auto& info) {
      return std::string(info.param).substr(0, std::string(info.param).find('-'));
    });

class FixedRandom : public RandomSource {
 public:
  bool Fill(std::span<char> out) override {
    std::fill(out.begin(), out.end(), 'r');
    return true;
  }
};

TEST_P(WithoutMd5, TheMechanismIsNotAvailable) {
  EXPECT_FALSE(descriptor().available());
  EXPECT_TRUE(FindMechanism("LOGIN")->available());
}

TEST_P(WithoutMd5, NobodyGetsIn) {
  const ServerMechanismSettings settings = TestSettings();
  FixedRandom random;
  const ServerMechanismContext context = {.settings = &settings, .random = &random};
  MechanismDriver server(descriptor().create_server(context), {});
  const std::string challenge = std::get<Challenge>(server.Step(std::nullopt)).bytes;
  const std::string digest(32, '0');
  const std::string response =
      descriptor().mutual
          ? "username=a,realm=realm.test,nonce=\"" + std::string("cnJycnJycnJycnJycnJycnJy") +
                "\",nc=00000001,cnonce=c,digest-uri=\"a/b\",response=" + digest
          : "a " + digest;
  EXPECT_EQ(ReasonOf(server.Step(response)), FailureReason::kInternal);
}

TEST_P(WithoutMd5, TheClientSaysNothing) {
  const ClientCredentials credentials = {"alice", "", Secret("wonderland")};
  FixedRandom random;
  const ClientMechanismContext context = {
      .credentials = &credentials, .random = &random, .server_name = "host.test"};
  const auto client = *descriptor().create_client(context);
  ASSERT_TRUE(client->Step(std::nullopt).ok());
  EXPECT_EQ(
      client->Step(descriptor().mutual ? "nonce=x,algorithm=md5-sess" : "<1@test>").status().code(),
      absl::StatusCode::kInternal);
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
}

}  // namespace
}  // namespace sallyport
