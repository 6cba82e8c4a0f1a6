#ifndef SALLYPORT_TESTS_CORE_SASL_DIGEST_FIXTURE_H_
#define SALLYPORT_TESTS_CORE_SASL_DIGEST_FIXTURE_H_

// A connection on which DIGEST-MD5 can run, with one user: alice, of wonderland. In
// tests only.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/digest_md5/digest_md5.h"
#include "core/sasl/digest_md5/digest_proof.h"
#include "core/sasl/digest_md5/digest_response.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {

class DigestFixture : public testing::Test {
 protected:
  DigestFixture() {
    server_context_.settings = &settings_;
    server_context_.random = &SystemRandom();
    client_context_.credentials = &credentials_;
    client_context_.random = &SystemRandom();
    client_context_.server_name = "host.test";
    book_["alice"].account = TestAccount("alice", "wonderland", {"CLEARTEXT"});
  }

  // With the nonce "server-nonce".
  MechanismDriver Server() {
    server_context_.parameters = server_parameters_;
    return MechanismDriver(CreateDigestMd5Server(server_context_), book_);
  }

  // With the nonce "client-nonce".
  std::unique_ptr<ClientMechanism> Client() {
    client_context_.parameters = client_parameters_;
    auto client = CreateDigestMd5Client(client_context_);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  // What a client says to the challenge of Server(), but for its digest.
  static DigestResponse Response(std::string_view name = "alice") {
    return {.username = std::string(name),
            .realm = "realm.test",
            .nonce = "server-nonce",
            .cnonce = "client-nonce",
            .nonce_count = 1,
            .digest_uri = "amqp/host.test",
            .response = std::string(32, '0'),
            .utf8 = true};
  }

  // Adds the digest.
  static std::string Signed(DigestResponse response, std::string_view password,
                            DigestEncoding encoding = DigestEncoding::kLatin1) {
    response.response = ProveDigest(response, password, encoding)->response.view();
    return FormatDigestResponse(response);
  }

  // The end of a login that answers the challenge of Server().
  StepResult Answer(std::string_view message) {
    MechanismDriver server = Server();
    EXPECT_TRUE(std::holds_alternative<Challenge>(server.Step(std::nullopt)));
    return server.Step(message);
  }

  ServerMechanismSettings settings_ = TestSettings();
  std::vector<MechanismParameter> server_parameters_ = {{"nonce", "server-nonce"}};
  std::vector<MechanismParameter> client_parameters_ = {{"nonce", "client-nonce"}};
  ClientCredentials credentials_ = {"alice", "", Secret("wonderland")};
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
};

// Property is the value of one of `properties`; empty where it is not there.
inline std::string Property(const MechanismProperties& properties, std::string_view name) {
  for (const MechanismProperty& property : properties) {
    if (property.name == name) return property.value;
  }
  return "";
}

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_DIGEST_FIXTURE_H_
