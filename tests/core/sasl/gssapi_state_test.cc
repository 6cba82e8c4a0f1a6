// GSSAPI's state, written down on one replica and gone on with on another.

#include <string>
#include <string_view>

#include "core/sasl/saved_state.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

class GssapiStateTest : public GssapiFixture {
 protected:
  std::unique_ptr<ServerMechanism> MakeServer() const {
    return *CreateServerMechanism(kGssapi, server_context_);
  }

  // Does the work and the look-ups of `server`, until it waits for its client or
  // has ended.
  StepResult Settle(ServerMechanism& server, absl::StatusOr<StepResult> result) const {
    while (result.ok()) {
      if (const auto* work = std::get_if<NeedDerivation>(&*result)) {
        EXPECT_FALSE(Save(server).has_value());
        result = server.Resume(work->ticket, Derive(work->work));
      } else if (const auto* query = std::get_if<NeedCredentials>(&*result)) {
        EXPECT_FALSE(Save(server).has_value());
        result = server.Resume(query->ticket, CredentialAnswer(book_.at("alice")));
      } else {
        return *std::move(result);
      }
    }
    ADD_FAILURE() << result.status();
    return Failure{};
  }

  template <typename Mechanism>
  static std::optional<std::string> Save(const Mechanism& mechanism) {
    StateWriter state;
    if (!mechanism.SaveState(state).ok()) return std::nullopt;
    return std::string(state.view());
  }

  // As another replica has it.
  std::unique_ptr<ServerMechanism> Moved(const ServerMechanism& server) const {
    const auto saved = Save(server);
    if (!saved.has_value()) {
      ADD_FAILURE() << "it cannot be saved";
      return MakeServer();
    }
    auto restored = MakeServer();
    StateReader state(*saved);
    EXPECT_TRUE(restored->RestoreState(state).ok());
    EXPECT_TRUE(state.at_end());
    return restored;
  }

  static std::string Response(ClientMechanism& client, std::optional<std::string_view> challenge) {
    const auto said = StepClient(client, challenge);
    EXPECT_TRUE(std::holds_alternative<ClientResponse>(said));
    return std::get<ClientResponse>(said).bytes.value_or("");
  }
};

TEST_F(GssapiStateTest, AServerMovesWhereverItWaits) {
  const auto client = Client();
  auto server = MakeServer();
  EXPECT_FALSE(Save(*server).has_value());
  Settle(*server, server->Step(std::nullopt));
  server = Moved(*server);
  StepResult result = Settle(*server, server->Step(Response(*client, std::nullopt)));
  for (int challenges = 0; challenges < 2; ++challenges) {
    ASSERT_TRUE(std::holds_alternative<Challenge>(result));
    // The one that was left must not disturb the other.
    const auto left = std::move(server);
    server = Moved(*left);
    server = Moved(*server);
    result = Settle(*server, server->Step(Response(*client, std::get<Challenge>(result).bytes)));
  }
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
  EXPECT_EQ(server->properties().at(0).value, "alice@TEST.REALM");
}

TEST_F(GssapiStateTest, AServerThatMovedJudgesByItsOwnSettings) {
  const auto client = Client();
  auto server = MakeServer();
  StepResult result = Settle(*server, server->Step(Response(*client, std::nullopt)));
  settings_.kerberos.realm = "ANOTHER.REALM";
  server = Moved(*server);
  for (int challenges = 0; challenges < 2; ++challenges) {
    result = server->Step(Response(*client, std::get<Challenge>(result).bytes)).value();
    if (auto* work = std::get_if<NeedDerivation>(&result)) {
      result = server->Resume(work->ticket, Derive(work->work)).value();
    }
  }
  ASSERT_TRUE(std::holds_alternative<NeedCredentials>(result));
  EXPECT_EQ(std::get<NeedCredentials>(result).query.authentication_id, "alice@TEST.REALM");
}

TEST_F(GssapiStateTest, AStateThatIsCutOffIsNotWhole) {
  const auto client = Client();
  auto server = MakeServer();
  Settle(*server, server->Step(Response(*client, std::nullopt)));
  const std::string saved = Save(*server).value();
  for (size_t size = 0; size < saved.size(); size += 7) {
    auto restored = MakeServer();
    StateReader state(std::string_view(saved).substr(0, size));
    EXPECT_FALSE(restored->RestoreState(state).ok() && state.at_end()) << size;
  }
}

TEST_F(GssapiStateTest, AClientMovesOnceItsServerIsProven) {
  MechanismDriver server = Server();
  auto client = Client();
  EXPECT_FALSE(Save(*client).has_value());
  StepResult result = server.Step(Response(*client, std::nullopt));
  // The library cannot write down half a context.
  EXPECT_FALSE(Save(*client).has_value());
  for (int challenges = 0; challenges < 2; ++challenges) {
    result = server.Step(Response(*client, std::get<Challenge>(result).bytes));
    const auto saved = Save(*client);
    ASSERT_TRUE(saved.has_value());
    client = Client();
    StateReader state(*saved);
    EXPECT_TRUE(client->RestoreState(state).ok());
    EXPECT_TRUE(state.at_end());
  }
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
  EXPECT_EQ(client->properties().at(0).value, "alice@TEST.REALM");
}

TEST_F(GssapiStateTest, AClientTakesNoStateThatIsNotOne) {
  for (const uint64_t turn : {0, 1, 2, 3, 5, 7, 8, 300}) {
    StateWriter state;
    state.Number(turn);
    for (int i = 0; i < 3; ++i) state.Bytes("");
    state.Number(0);
    StateReader reader(state.view());
    EXPECT_EQ(Client()->RestoreState(reader).code(), absl::StatusCode::kInvalidArgument) << turn;
  }
  const auto client = Client();
  StateWriter state;
  state.Number(6);
  StateReader reader(state.view());
  EXPECT_TRUE(client->RestoreState(reader).ok());
  EXPECT_FALSE(reader.ok());
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
}

}  // namespace
}  // namespace sallyport
