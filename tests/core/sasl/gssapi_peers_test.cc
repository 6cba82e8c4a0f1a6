// GSSAPI against GNU SASL and Cyrus, in both roles, in a real Kerberos realm.

#include <string>

#include "gtest/gtest.h"
#include "tests/core/sasl/cyrus_session.h"
#include "tests/core/sasl/gsasl_session.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

class GssapiPeersTest : public GssapiFixture {
 protected:
  // GNU SASL's, as a client that acts as `authorization_id`, or as a server.
  static GsaslSession::Properties GsaslProperties(const std::string& authorization_id) {
    return {
        {GSASL_SERVICE, "amqp"}, {GSASL_HOSTNAME, "localhost"}, {GSASL_AUTHZID, authorization_id}};
  }

  // A client of theirs, to the end.
  template <typename Session>
  StepResult LogInToOurs(Session& client) const {
    MechanismDriver server = Server();
    StepResult result = server.Step(client.Step(std::nullopt));
    while (const auto* challenge = std::get_if<Challenge>(&result)) {
      result = server.Step(client.Step(challenge->bytes));
    }
    return result;
  }

  // Ours as the client, while `go_on` is the server's status; nullopt: it trusts
  // the server.
  template <typename Session>
  std::optional<ServerFault> LogInToTheirs(Session& server, int go_on) const {
    const auto client = Client();
    std::optional<std::string> challenge;
    do {
      const auto said = StepClient(*client, challenge);
      if (const auto* fault = std::get_if<ServerFault>(&said)) return *fault;
      challenge = server.Step(std::get<ClientResponse>(said).bytes.value_or(""));
    } while (server.status() == go_on);
    return client->Finish(challenge);
  }
};

TEST_F(GssapiPeersTest, GsaslLogsInToOurs) {
  // It always sends an authorization id, here its own name.
  GsaslSession client(GsaslRole::kClient, "GSSAPI", GsaslProperties("alice"));
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr) << FailureOf(result).what;
  EXPECT_EQ(client.status(), GSASL_OK);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "alice");
}

TEST_F(GssapiPeersTest, GsaslActsAsAnother) {
  GsaslSession client(GsaslRole::kClient, "GSSAPI", GsaslProperties("bob"));
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr) << FailureOf(result).what;
  EXPECT_EQ(IdentityIn(result)->authorization_id, "bob");
}

TEST_F(GssapiPeersTest, OursLogsInToGsasl) {
  credentials_.authorization_id = "bob";
  GsaslSession server(GsaslRole::kServer, "GSSAPI", GsaslProperties(""));
  const auto fault = LogInToTheirs(server, GSASL_NEEDS_MORE);
  EXPECT_FALSE(fault.has_value()) << fault->what;
  EXPECT_EQ(server.status(), GSASL_OK);
  EXPECT_EQ(server.Property(GSASL_GSSAPI_DISPLAY_NAME), "alice@TEST.REALM");
  EXPECT_EQ(server.Property(GSASL_AUTHZID), "bob");
}

TEST_F(GssapiPeersTest, CyrusLogsInToOurs) {
  CyrusSession client(CyrusRole::kClient, "GSSAPI", {.authentication_id = "alice"});
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr) << FailureOf(result).what;
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
  EXPECT_EQ(client.security_strength(), 0u);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "alice");
}

TEST_F(GssapiPeersTest, CyrusActsAsAnother) {
  CyrusSession client(CyrusRole::kClient, "GSSAPI",
                      {.authentication_id = "alice", .authorization_id = "bob"});
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr) << FailureOf(result).what;
  EXPECT_EQ(IdentityIn(result)->authorization_id, "bob");
}

TEST_F(GssapiPeersTest, OursLogsInToCyrus) {
  for (const bool success_data : {true, false}) {
    for (const char* authorization_id : {"", "bob"}) {
      credentials_.authorization_id = authorization_id;
      CyrusSession server(CyrusRole::kServer, "GSSAPI",
                          {.authentication_id = "alice",
                           .authorization_id = authorization_id,
                           .success_data = success_data});
      const auto fault = LogInToTheirs(server, SASL_CONTINUE);
      EXPECT_FALSE(fault.has_value()) << fault->what;
      EXPECT_EQ(server.status(), SASL_OK) << server.error();
      EXPECT_EQ(server.authentication_id(), "alice");
      EXPECT_EQ(server.authorization_id(), *authorization_id == '\0' ? "alice" : "bob");
    }
  }
}

}  // namespace
}  // namespace sallyport
