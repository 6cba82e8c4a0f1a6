#ifndef SALLYPORT_TESTS_CORE_SASL_SCRAM_FIXTURE_H_
#define SALLYPORT_TESTS_CORE_SASL_SCRAM_FIXTURE_H_

// A connection on which SCRAM can run, with one user: alice, of wonderland. In
// tests only.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/scram/scram.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {

class ScramFixture : public testing::Test {
 protected:
  ScramFixture() {
    server_context_.settings = &settings_;
    server_context_.channel_bindings = bindings_;
    client_context_.credentials = &credentials_;
    client_context_.channel_bindings = client_bindings_;
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256"});
  }

  MechanismDriver Server(const ScramVariant& variant = kScramSha256Variant) const {
    return MechanismDriver(CreateScramServer(variant, server_context_, "server-nonce"), book_);
  }

  std::unique_ptr<ClientMechanism> Client(const ScramVariant& variant = kScramSha256Variant) const {
    auto client = CreateScramClient(variant, client_context_, "client-nonce");
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  Conversation Talk(const ScramVariant& variant = kScramSha256Variant) const {
    MechanismDriver server = Server(variant);
    return Converse(server, *Client(variant));
  }

  ServerMechanismSettings settings_ = TestSettings();
  std::vector<ChannelBinding> bindings_ = {{"tls-exporter", std::string(32, 'e')},
                                           {"tls-server-end-point", std::string(32, 's')}};
  std::vector<ChannelBinding> client_bindings_ = bindings_;
  ClientCredentials credentials_ = {"alice", "", Secret("wonderland")};
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_SCRAM_FIXTURE_H_
