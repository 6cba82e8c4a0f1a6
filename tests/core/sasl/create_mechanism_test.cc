#include "core/sasl/create_mechanism.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

class CreateMechanismTest : public testing::Test {
 protected:
  absl::Status Server(std::string_view mechanism, std::vector<MechanismParameter> parameters) {
    const ServerMechanismContext context = {
        .settings = &settings_, .random = &SystemRandom(), .parameters = parameters};
    return CreateServerMechanism(*FindMechanism(mechanism), context).status();
  }

  absl::Status Client(std::string_view mechanism, std::vector<MechanismParameter> parameters) {
    const ClientMechanismContext context = {.credentials = &credentials_,
                                            .random = &SystemRandom(),
                                            .server_name = "host.test",
                                            .parameters = parameters};
    return CreateClientMechanism(*FindMechanism(mechanism), context).status();
  }

  // Both must say the same.
  bool CanBeMade(std::string_view mechanism, const MechanismParameter& parameter) {
    const absl::Status server = Server(mechanism, {parameter});
    const absl::Status client = Client(mechanism, {parameter});
    EXPECT_EQ(server.code(), client.code()) << server << client;
    EXPECT_TRUE(server.ok() || server.code() == absl::StatusCode::kInvalidArgument) << server;
    return server.ok();
  }

  ServerMechanismSettings settings_ = TestSettings();
  ClientCredentials credentials_ = {"alice", "", Secret("wonderland"), Secret("token")};
};

TEST_F(CreateMechanismTest, RefusesCriticalParametersThatAMechanismDoesNotKnow) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    if (mechanism.channel_binding || mechanism.needs_certificate) continue;
    EXPECT_FALSE(CanBeMade(mechanism.name, {"x-unknown", "1", true})) << mechanism.name;
    EXPECT_TRUE(CanBeMade(mechanism.name, {"x-unknown", "1", false})) << mechanism.name;
  }
}

TEST_F(CreateMechanismTest, SaysWhichParameterOfWhichMechanism) {
  EXPECT_EQ(Server("CRAM-MD5", {{"realm", "x", true}}).message(),
            "CRAM-MD5: parameter 'realm': it is critical, and the mechanism does not know it");
}

TEST_F(CreateMechanismTest, MutualIsKeptByWhoeverProvesTheServer) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    if (mechanism.channel_binding || mechanism.needs_certificate) continue;
    EXPECT_EQ(CanBeMade(mechanism.name, {"mutual", "true"}), mechanism.mutual) << mechanism.name;
    EXPECT_TRUE(CanBeMade(mechanism.name, {"mutual", "false", true})) << mechanism.name;
    EXPECT_FALSE(CanBeMade(mechanism.name, {"mutual", "yes"})) << mechanism.name;
  }
  EXPECT_TRUE(CanBeMade("DIGEST-MD5", {"mutual", "true", true}));
  EXPECT_FALSE(CanBeMade("CRAM-MD5", {"mutual", "true", true}));
}

TEST_F(CreateMechanismTest, SecureIsKeptByWhoeverHidesThePassword) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    if (mechanism.channel_binding || mechanism.needs_certificate) continue;
    EXPECT_EQ(CanBeMade(mechanism.name, {"secure", "true"}), !mechanism.exposes_secret)
        << mechanism.name;
    EXPECT_FALSE(CanBeMade(mechanism.name, {"secure", "1"})) << mechanism.name;
  }
  EXPECT_FALSE(CanBeMade("LOGIN", {"secure", "true", true}));
  EXPECT_TRUE(CanBeMade("CRAM-MD5", {"secure", "true", true}));
}

TEST_F(CreateMechanismTest, TakesTheParametersThatAMechanismKnows) {
  EXPECT_TRUE(Server("DIGEST-MD5", {{"realm", "r", true}, {"nonce", "n", true}}).ok());
  EXPECT_TRUE(Client("DIGEST-MD5", {{"realm", "r", true}, {"nonce", "n", true}}).ok());
  EXPECT_TRUE(Client("DIGEST-MD5", {{"service", "imap", true}}).ok());
  EXPECT_FALSE(Server("DIGEST-MD5", {{"service", "imap", true}}).ok());
  EXPECT_TRUE(Server("CRAM-MD5", {{"nonce", "<1@test>", true}}).ok());
  EXPECT_FALSE(Client("CRAM-MD5", {{"nonce", "<1@test>", true}}).ok());
}

TEST_F(CreateMechanismTest, AParameterIsGivenOnce) {
  EXPECT_FALSE(Server("DIGEST-MD5", {{"mutual", "false"}, {"mutual", "true"}}).ok());
  EXPECT_FALSE(Client("DIGEST-MD5", {{"realm", "a"}, {"realm", "b"}}).ok());
}

TEST_F(CreateMechanismTest, APeerMayNotChooseNonces) {
  for (const char* name : {"DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-256"}) {
    const MechanismDescriptor& mechanism = *FindMechanism(name);
    EXPECT_FALSE(AdmitParameters(mechanism, {{"nonce", "n", true}}).ok()) << name;
    const auto ignored = AdmitParameters(mechanism, {{"nonce", "n", false}});
    ASSERT_TRUE(ignored.ok()) << ignored.status();
    EXPECT_TRUE(ignored->empty()) << name;
  }
}

TEST_F(CreateMechanismTest, APeerMayChooseTheRealm) {
  const auto admitted = AdmitParameters(*FindMechanism("DIGEST-MD5"),
                                        {{"realm", "r", true}, {"x-unknown", "1", false}});
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  ASSERT_EQ(admitted->size(), 1u);
  EXPECT_EQ(admitted->front().name, "realm");
  EXPECT_EQ(admitted->front().value, "r");
}

TEST_F(CreateMechanismTest, APeersDemandsAreChecked) {
  EXPECT_FALSE(AdmitParameters(*FindMechanism("LOGIN"), {{"secure", "true"}}).ok());
  EXPECT_FALSE(AdmitParameters(*FindMechanism("CRAM-MD5"), {{"mutual", "true"}}).ok());
  const auto admitted = AdmitParameters(*FindMechanism("GSSAPI"), {{"mutual", "true", true}});
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  // Its server's side is stricter for it.
  ASSERT_EQ(admitted->size(), 1u);
  EXPECT_EQ(admitted->front().name, "mutual");
  EXPECT_FALSE(AdmitParameters(*FindMechanism("DIGEST-MD5"), {{"service", "x", true}}).ok());
}

}  // namespace
}  // namespace sallyport
