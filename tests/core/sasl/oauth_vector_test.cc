// The exchanges that OAUTHBEARER's and XOAUTH2's documents print.

#include <string>

#include "core/crypto/base64.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

std::string Decoded(VectorRecord& vector, std::string_view name) {
  const std::string text = vector.Bytes(name);
  const auto bytes = DecodeBase64(text);
  EXPECT_TRUE(bytes.has_value() || text.empty()) << name;
  return bytes.value_or("");
}

// What the server makes of the vector's message.
void CheckServer(const MechanismDescriptor& mechanism, VectorRecord& vector) {
  const std::string message = Decoded(vector, "Message");
  const std::string outcome = vector.Bytes("Outcome");
  const ServerMechanismSettings settings = TestSettings();
  MechanismDriver server(CreateServerMechanism(mechanism, {.settings = &settings}), {});
  if (outcome != "ok") {
    StepResult result = server.Step(message);
    if (std::holds_alternative<Challenge>(result)) result = server.Step("\x01");
    ASSERT_TRUE(ReasonOf(result).has_value());
    EXPECT_EQ(ReasonName(*ReasonOf(result)), outcome);
    EXPECT_TRUE(server.queries().empty());
    return;
  }
  const std::string name = vector.Bytes("Name");
  server.tokens()[vector.Bytes("Token")].account = TestAccount(name, "", {});
  const StepResult result = server.Step(message);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, name);
  EXPECT_EQ(IdentityIn(result)->authorization_id, name);
}

// Our client says what the vector's says.
void CheckClient(const MechanismDescriptor& mechanism, VectorRecord& vector) {
  std::vector<MechanismParameter> parameters;
  ClientCredentials credentials;
  credentials.token = Secret("any");
  std::optional<std::string> message;
  if (vector.Has("Name")) {
    credentials.authentication_id = vector.Bytes("Name");
    credentials.token = Secret(vector.Bytes("Token"));
    message = Decoded(vector, "Message");
    if (vector.Has("Host")) parameters.push_back({"host", vector.Bytes("Host")});
    if (vector.Has("Port")) parameters.push_back({"port", vector.Bytes("Port")});
  }
  auto client =
      CreateClientMechanism(mechanism, {.credentials = &credentials, .parameters = parameters});
  ASSERT_TRUE(client.ok()) << client.status();
  const auto said = StepClient(**client, std::nullopt);
  ASSERT_TRUE(std::holds_alternative<ClientResponse>(said));
  if (message.has_value()) {
    EXPECT_EQ(std::get<ClientResponse>(said).bytes, message);
  }
  if (!vector.Has("Challenge")) {
    EXPECT_EQ((*client)->Finish(std::nullopt), std::nullopt);
    return;
  }
  const auto answer = StepClient(**client, Decoded(vector, "Challenge"));
  ASSERT_TRUE(std::holds_alternative<ClientResponse>(answer));
  EXPECT_EQ(std::get<ClientResponse>(answer).bytes, Decoded(vector, "Answer"));
}

TEST(OauthVectors, BothSidesAgreeWithThePublishedExchanges) {
  ForEachVector("tests/vectors/sasl/oauth.txt", [](VectorRecord& vector) {
    const MechanismDescriptor* mechanism = FindMechanism(vector.Bytes("Mechanism"));
    ASSERT_NE(mechanism, nullptr);
    CheckServer(*mechanism, vector);
    CheckClient(*mechanism, vector);
  });
}

}  // namespace
}  // namespace sallyport
