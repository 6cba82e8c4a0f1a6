// The published exchanges of RFC 5802 and RFC 7677, message for message.

#include <string>

#include "core/sasl/mechanism_registry.h"
#include "core/sasl/scram/scram.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

const ScramVariant& VariantNamed(std::string_view name) {
  return name == kScramSha1Variant.name ? kScramSha1Variant : kScramSha256Variant;
}

struct PublishedExchange {
  explicit PublishedExchange(VectorRecord& vector)
      : variant(VariantNamed(vector.Bytes("Mechanism"))),
        credentials{vector.Bytes("Username"), "", Secret(vector.Bytes("Password"))},
        client_nonce(vector.Bytes("ClientNonce")),
        server_nonce(vector.Bytes("ServerNonce")),
        salt(vector.Bytes("Salt")),
        iterations(vector.Number("Iterations")),
        client_first(vector.Bytes("ClientFirst")),
        server_first(vector.Bytes("ServerFirst")),
        client_final(vector.Bytes("ClientFinal")),
        server_final(vector.Bytes("ServerFinal")) {}

  const ScramVariant& variant;
  ClientCredentials credentials;
  std::string client_nonce;
  std::string server_nonce;
  std::string salt;
  uint32_t iterations;
  std::string client_first;
  std::string server_first;
  std::string client_final;
  std::string server_final;
};

template <typename Check>
void ForEachExchange(Check check) {
  ForEachVector("tests/vectors/sasl/scram.txt",
                [&check](VectorRecord& vector) { check(PublishedExchange(vector)); });
}

TEST(ScramVectors, OurClientSaysWhatIsPublished) {
  ForEachExchange([](const PublishedExchange& exchange) {
    ClientMechanismContext context;
    context.credentials = &exchange.credentials;
    const auto client = CreateScramClient(exchange.variant, context, exchange.client_nonce);
    ASSERT_TRUE(client.ok());
    EXPECT_EQ(std::get<ClientResponse>(StepClient(**client, std::nullopt)).bytes,
              exchange.client_first);
    EXPECT_EQ(std::get<ClientResponse>(StepClient(**client, exchange.server_first)).bytes,
              exchange.client_final);
    EXPECT_FALSE((*client)->Finish(exchange.server_final).has_value());
  });
}

// RFC 7677 gives a password and a salt: what a store keeps is derived from both.
std::shared_ptr<const Account> StoredFor(const PublishedExchange& exchange) {
  auto account = std::make_shared<Account>();
  account->authentication_id = exchange.credentials.authentication_id;
  const SaltedPassword work = {exchange.variant.hash, exchange.credentials.password, exchange.salt,
                               exchange.iterations};
  const auto salted = std::get<Secret>(Derive(work));
  const size_t size = DigestSize(exchange.variant.hash);
  ScramKeys keys = {exchange.variant.hash, exchange.salt, exchange.iterations, Secret::Zeroed(size),
                    Secret::Zeroed(size)};
  Secret client_key = Secret::Zeroed(size);
  EXPECT_TRUE(Hmac(keys.hash, salted.view(), "Client Key", {client_key.data(), size}));
  EXPECT_TRUE(Digest(keys.hash, client_key.view(), {keys.stored_key.data(), size}));
  EXPECT_TRUE(Hmac(keys.hash, salted.view(), "Server Key", {keys.server_key.data(), size}));
  account->credentials.push_back({keys, std::nullopt});
  return account;
}

TEST(ScramVectors, OurServerSaysWhatIsPublished) {
  ForEachExchange([](const PublishedExchange& exchange) {
    const ServerMechanismSettings settings = TestSettings();
    ServerMechanismContext context;
    context.settings = &settings;
    MechanismDriver server(CreateScramServer(exchange.variant, context, exchange.server_nonce),
                           {{exchange.credentials.authentication_id, {StoredFor(exchange), {}}}});
    EXPECT_EQ(std::get<Challenge>(server.Step(exchange.client_first)).bytes, exchange.server_first);
    const StepResult result = server.Step(exchange.client_final);
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(std::get<Success>(result).additional_data, exchange.server_final);
  });
}

TEST(ScramNonce, NothingGoesOnWithoutRandomness) {
  ScriptedRandom random("");
  const ServerMechanismSettings settings = TestSettings();
  ServerMechanismContext server_context;
  server_context.settings = &settings;
  server_context.random = &random;
  MechanismDriver server(FindMechanism("SCRAM-SHA-256")->create_server(server_context), {});
  EXPECT_EQ(ReasonOf(server.Step("n,,n=user,r=abc")), FailureReason::kInternal);

  const ClientCredentials credentials = {"user", "", Secret("pencil")};
  ClientMechanismContext client_context;
  client_context.credentials = &credentials;
  client_context.random = &random;
  EXPECT_FALSE(FindMechanism("SCRAM-SHA-256")->create_client(client_context).ok());
}

}  // namespace
}  // namespace sallyport
