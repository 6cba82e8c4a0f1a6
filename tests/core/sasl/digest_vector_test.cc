// The published exchanges of RFC 2831, message for message, and how others encode what
// they hash.

#include <string>
#include <string_view>

#include "core/sasl/digest_md5/digest_md5.h"
#include "tests/core/sasl/digest_fixture.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

struct PublishedExchange {
  explicit PublishedExchange(VectorRecord& vector)
      : credentials{vector.Bytes("Username"), "", Secret(vector.Bytes("Password"))},
        realm(vector.Bytes("Realm")),
        service(vector.Bytes("Service")),
        host(vector.Bytes("Host")),
        server_nonce(vector.Bytes("ServerNonce")),
        client_nonce(vector.Bytes("ClientNonce")),
        challenge(vector.Bytes("Challenge")),
        response(vector.Bytes("Response")),
        verifier(vector.Bytes("Verifier")),
        next_digest(vector.Bytes("NextDigest")),
        next_verifier(vector.Bytes("NextVerifier")) {}

  // The client's next message, which differs in its count and its digest only.
  std::string NextResponse() const {
    std::string next = response;
    next.replace(next.find("nc=00000001"), 11, "nc=00000002");
    return next.replace(next.find(",response=") + 10, 32, next_digest);
  }

  ClientCredentials credentials;
  std::string realm;
  std::string service;
  std::string host;
  std::string server_nonce;
  std::string client_nonce;
  std::string challenge;
  std::string response;
  std::string verifier;
  std::string next_digest;
  std::string next_verifier;
};

template <typename Check>
void ForEachExchange(Check check) {
  ForEachVector("tests/vectors/sasl/digest_md5.txt",
                [&check](VectorRecord& vector) { check(PublishedExchange(vector)); });
}

TEST(DigestVectors, OurServerSaysWhatIsPublished) {
  ForEachExchange([](const PublishedExchange& exchange) {
    const ServerMechanismSettings settings = TestSettings();
    const std::vector<MechanismParameter> parameters = {{"realm", exchange.realm},
                                                        {"nonce", exchange.server_nonce}};
    const ServerMechanismContext context = {
        .settings = &settings, .random = &SystemRandom(), .parameters = parameters};
    const std::string& name = exchange.credentials.authentication_id;
    const CredentialBook book = {
        {name, {TestAccount(name, exchange.credentials.password.view(), {"CLEARTEXT"}), {}}}};
    MechanismDriver server(CreateDigestMd5Server(context), book);
    EXPECT_EQ(std::get<Challenge>(server.Step(std::nullopt)).bytes, exchange.challenge);
    const StepResult result = server.Step(exchange.response);
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(std::get<Success>(result).additional_data, exchange.verifier);

    MechanismDriver next(CreateDigestMd5Server(context), book);
    next.sessions() = server.sessions();
    const StepResult again = next.Step(exchange.NextResponse());
    ASSERT_NE(IdentityIn(again), nullptr);
    EXPECT_EQ(std::get<Success>(again).additional_data, exchange.next_verifier);
  });
}

TEST(DigestVectors, OurClientSaysWhatIsPublished) {
  ForEachExchange([](const PublishedExchange& exchange) {
    const std::vector<MechanismParameter> parameters = {{"service", exchange.service},
                                                        {"nonce", exchange.client_nonce}};
    ClientMechanismContext context = {.credentials = &exchange.credentials,
                                      .random = &SystemRandom(),
                                      .server_name = exchange.host,
                                      .parameters = parameters};
    const auto client = *CreateDigestMd5Client(context);
    EXPECT_FALSE(std::get<ClientResponse>(StepClient(*client, std::nullopt)).bytes.has_value());
    EXPECT_EQ(std::get<ClientResponse>(StepClient(*client, exchange.challenge)).bytes,
              exchange.response);
    EXPECT_FALSE(client->Finish(exchange.verifier).has_value());

    const std::optional<Secret> session = client->session();
    ASSERT_TRUE(session.has_value());
    context.session = &*session;
    const auto next = *CreateDigestMd5Client(context);
    EXPECT_EQ(std::get<ClientResponse>(StepClient(*next, std::nullopt)).bytes,
              exchange.NextResponse());
    EXPECT_FALSE(next->Finish(exchange.next_verifier).has_value());
  });
}

// Each digest was worked out with Python's hashlib by RFC 2831 section 2.1.2.1.
TEST(DigestProof, HashesWhatTheEncodingSays) {
  const auto response_of = [](std::string_view name, std::string_view realm,
                              std::string_view password, DigestEncoding encoding,
                              std::optional<std::string> authzid = std::nullopt) {
    const DigestResponse login = {.username = std::string(name),
                                  .realm = std::string(realm),
                                  .nonce = "N",
                                  .cnonce = "C",
                                  .nonce_count = 1,
                                  .digest_uri = "amqp/host.test",
                                  .authorization_id = std::move(authzid)};
    return std::string(ProveDigest(login, password, encoding)->response.view());
  };
  using enum DigestEncoding;
  constexpr std::string_view kRealm = "realm.test";
  EXPECT_EQ(response_of("n\u00e9", kRealm, "p\u00e9", kLatin1), "0600be38ea20905abf7a27913b43c2b1");
  EXPECT_EQ(response_of("n\u00e9", kRealm, "p\u00e9", kLatin1Password),
            "42cd23de7672e4ab2404d80c4464d696");
  EXPECT_EQ(response_of("n\u00e9", kRealm, "p\u00e9", kUtf8), "7931a60163a2b5cc8ce867f37464b22d");
  EXPECT_EQ(response_of("n\u00e9", "r\u00e9", "p\u00e9", kLatin1),
            "b382d6a93d956bfbe79d1a6293161d45");
  EXPECT_EQ(response_of("n\u00e9", "r\u00e9", "p\u00e9", kLatin1Password),
            "7196db025e3b6e7b955c66356786df2c");
  // Each of them is converted for itself.
  EXPECT_EQ(response_of("n\u00e9\u65e5", kRealm, "p\u00e9", kLatin1),
            "5b18334e984d7eba4becdbc6280a73cd");
  EXPECT_EQ(response_of("\u65e5", kRealm, "\u65e5", kLatin1), "64dd49a29061ac423c1c674effc5421d");
  EXPECT_EQ(response_of("alice", kRealm, "pw", kLatin1, "b\u00e9"),
            "db39b828891c611f4a99e20420a65d5e");
}

}  // namespace
}  // namespace sallyport
