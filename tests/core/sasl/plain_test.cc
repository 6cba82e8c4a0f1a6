#include "core/sasl/plain/plain.h"

#include <string>
#include <vector>

#include "core/sasl/plain/decoy_credential.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

std::string Message(std::string_view authzid, std::string_view authcid, std::string_view password) {
  std::string message(authzid);
  message.push_back('\0');
  message.append(authcid).push_back('\0');
  return message.append(password);
}

class PlainServerTest : public testing::Test {
 protected:
  PlainServerTest() {
    context_.settings = &settings_;
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256"});
  }

  MechanismDriver Server() { return MechanismDriver(CreatePlainServer(context_), book_); }
  StepResult LogIn(std::string_view message) { return Server().Step(message); }

  // The one check that logging in with `message` asks for.
  PasswordCheck CheckFor(std::string_view message) {
    MechanismDriver server = Server();
    server.Step(message);
    EXPECT_EQ(server.derivations().size(), 1u);
    return std::get<PasswordCheck>(server.derivations().at(0));
  }

  ServerMechanismSettings settings_ = TestSettings();
  ServerMechanismContext context_;
  CredentialBook book_;
};

TEST_F(PlainServerTest, AgreesWithThePublishedExamples) {
  ForEachVector("tests/vectors/sasl/plain.txt", [this](VectorRecord& vector) {
    const std::string authcid = vector.Bytes("AuthenticationId");
    const std::string authzid = vector.Bytes("AuthorizationId");
    const std::string password = vector.Bytes("Password");
    const std::string message = vector.Bytes("Message");
    book_[authcid].account = TestAccount(authcid, password, {"CLEARTEXT"});
    MechanismDriver server = Server();
    const StepResult result = server.Step(message);
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(IdentityIn(result)->authentication_id, authcid);
    EXPECT_EQ(IdentityIn(result)->authorization_id, authzid.empty() ? authcid : authzid);
    EXPECT_EQ(server.queries()[0].authorization_id, authzid);

    ClientCredentials credentials = {authcid, authzid, Secret(password)};
    const auto client = CreatePlainClient(ClientMechanismContext{&credentials});
    ASSERT_TRUE(client.ok());
    const auto said = StepClient(**client, std::nullopt);
    EXPECT_EQ(std::get<ClientResponse>(said).bytes, message);
  });
}

TEST_F(PlainServerTest, ChecksAgainstEverySchemeThatAnAccountMayHave) {
  for (const std::string_view scheme : {"CLEARTEXT", "SCRAM-SHA-1", "SCRAM-SHA-256",
                                        "SCRAM-SHA-512", "PBKDF2-SHA256", "ARGON2ID", "CRYPT"}) {
    book_["bob"].account = TestAccount("bob", "builder", {scheme});
    EXPECT_NE(IdentityIn(LogIn(Message("", "bob", "builder"))), nullptr) << scheme;
    EXPECT_EQ(ReasonOf(LogIn(Message("", "bob", "Builder"))), FailureReason::kBadCredentials)
        << scheme;
  }
}

TEST_F(PlainServerTest, AnyOfAnAccountsPasswordsWillDo) {
  auto account = std::make_shared<Account>(*TestAccount("bob", "old", {"SCRAM-SHA-256"}));
  account->credentials.push_back(TestAccount("bob", "new", {"ARGON2ID"})->credentials[0]);
  book_["bob"].account = account;
  EXPECT_NE(IdentityIn(LogIn(Message("", "bob", "old"))), nullptr);
  EXPECT_NE(IdentityIn(LogIn(Message("", "bob", "new"))), nullptr);
  EXPECT_EQ(CheckFor(Message("", "bob", "new")).credentials.size(), 2u);
}

TEST_F(PlainServerTest, AWeakHashVerifiesNobodyUnlessItIsAllowed) {
  auto account = std::make_shared<Account>();
  account->authentication_id = "bob";
  account->credentials.push_back({*ParseCredential("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="), {}});
  book_["bob"].account = account;
  EXPECT_EQ(ReasonOf(LogIn(Message("", "bob", "password"))), FailureReason::kNoUsableCredential);
  const PasswordCheck decoy = CheckFor(Message("", "bob", "password"));
  ASSERT_EQ(decoy.credentials.size(), 1u);
  EXPECT_EQ(SchemeName(decoy.credentials[0]), "SCRAM-SHA-256");
  // A good one beside it is what counts.
  account->credentials.push_back(TestAccount("bob", "better", {"SCRAM-SHA-256"})->credentials[0]);
  EXPECT_EQ(ReasonOf(LogIn(Message("", "bob", "password"))), FailureReason::kBadCredentials);
  EXPECT_NE(IdentityIn(LogIn(Message("", "bob", "better"))), nullptr);
  settings_.weak_schemes = {"SSHA"};
  EXPECT_EQ(ReasonOf(LogIn(Message("", "bob", "password"))), FailureReason::kBadCredentials);
  settings_.weak_schemes = {"SHA"};
  EXPECT_NE(IdentityIn(LogIn(Message("", "bob", "password"))), nullptr);
}

TEST_F(PlainServerTest, RefusesMalformedMessages) {
  using namespace std::string_view_literals;
  const std::string long_field(1025, 'a');
  const std::vector<std::string> messages = {
      "",
      "alice",
      std::string("\0alice"sv),
      std::string("\0"sv),
      std::string("\0\0"sv),
      std::string("\0\0\0"sv),
      Message("", "", "wonderland"),
      Message("", "alice", ""),
      Message("", "alice", "wonderland") + std::string(1, '\0'),
      Message("", "alice", std::string("wonder\0land"sv)),
      Message("\0x"sv, "alice", "wonderland"),
      Message("", "al\xff", "wonderland"),
      Message("", "alice", "wonder\xc3"),
      Message("\xed\xa0\x80", "alice", "wonderland"),
      Message("", "al\u0007ice", "wonderland"),
      Message("", "alice", "wonder\u200eland"),
      Message("\u0627x", "alice", "wonderland"),
      Message("", "\u00ad", "wonderland"),
      Message("", "alice", "\u00ad"),
      Message("\u00ad", "alice", "wonderland"),
      Message(long_field, "alice", "wonderland"),
      Message("", long_field, "wonderland"),
      Message("", "alice", long_field),
  };
  for (const std::string& message : messages) {
    MechanismDriver server = Server();
    EXPECT_EQ(ReasonOf(server.Step(message)), FailureReason::kMalformedMessage)
        << testing::PrintToString(message);
    EXPECT_TRUE(server.queries().empty());
  }
}

TEST_F(PlainServerTest, TakesFieldsUpToTheLimit) {
  const std::string longest(1024, 'a');
  EXPECT_EQ(ReasonOf(LogIn(Message(longest, longest, longest))), FailureReason::kUnknownUser);
}

TEST_F(PlainServerTest, PreparesNamesAndPasswords) {
  book_["a"].account = TestAccount("a", "IX", {"SCRAM-SHA-256"});
  for (const std::string_view password : {"IX", "\u2168", "I\u00ad\u2169"}) {
    const StepResult result = LogIn(Message("", "\u00aa", password));
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(IdentityIn(result)->authentication_id, "a");
  }
  EXPECT_EQ(ReasonOf(LogIn(Message("", "\u00aa", "ix"))), FailureReason::kBadCredentials);
}

TEST_F(PlainServerTest, ReportsADenialOnlyToWhoHasThePasswordOrNoAccount) {
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(LogIn(Message("", "alice", "wonderland"))), FailureReason::kAccountDisabled);
  EXPECT_EQ(ReasonOf(LogIn(Message("", "alice", "guess"))), FailureReason::kBadCredentials);
  book_["ghost"] = {nullptr, FailureReason::kLockedOut};
  EXPECT_EQ(ReasonOf(LogIn(Message("", "ghost", "guess"))), FailureReason::kLockedOut);
}

TEST_F(PlainServerTest, AnAccountWithoutCredentialsIsCheckedAgainstADecoy) {
  book_["bare"].account = TestAccount("bare", "", {});
  EXPECT_EQ(ReasonOf(LogIn(Message("", "bare", "x"))), FailureReason::kNoUsableCredential);
  EXPECT_EQ(CheckFor(Message("", "bare", "x")).credentials.size(), 1u);
}

TEST_F(PlainServerTest, AnUnknownUserCostsEveryConfiguredScheme) {
  settings_.decoy_schemes = {"SCRAM-SHA-256", "ARGON2ID"};
  const PasswordCheck unknown = CheckFor(Message("", "nobody", "guess"));
  ASSERT_EQ(unknown.credentials.size(), 2u);
  EXPECT_EQ(SchemeName(unknown.credentials[0]), "SCRAM-SHA-256");
  EXPECT_EQ(SchemeName(unknown.credentials[1]), "ARGON2ID");
}

TEST_F(PlainServerTest, AnUnknownUserCostsWhatAKnownOneCosts) {
  for (const std::string_view scheme :
       {"SCRAM-SHA-1", "SCRAM-SHA-512", "PBKDF2-SHA256", "PBKDF2-SHA512", "ARGON2ID", "CRYPT"}) {
    settings_.decoy_schemes = {std::string(scheme)};
    book_["alice"].account = TestAccount("alice", "wonderland", {scheme});
    const PasswordCheck known = CheckFor(Message("", "alice", "guess"));
    const PasswordCheck unknown = CheckFor(Message("", "nobody", "guess"));
    ASSERT_EQ(unknown.credentials.size(), 1u);
    EXPECT_EQ(SchemeName(unknown.credentials[0]), scheme);
    EXPECT_EQ(CredentialIterations(unknown.credentials[0]),
              CredentialIterations(known.credentials[0]));
    if (const auto* decoy = std::get_if<CryptHash>(&unknown.credentials[0])) {
      constexpr size_t kParameters = sizeof("$y$j9T$") - 1;
      const auto& real = std::get<CryptHash>(known.credentials[0]);
      EXPECT_EQ(decoy->text.view().substr(0, kParameters), real.text.view().substr(0, kParameters));
    }
    const auto* decoy = std::get_if<Argon2Hash>(&unknown.credentials[0]);
    if (decoy == nullptr) continue;
    EXPECT_EQ(decoy->memory_kib, settings_.costs.argon2_memory_kib);
    EXPECT_EQ(decoy->passes, settings_.costs.argon2_passes);
    EXPECT_EQ(decoy->lanes, settings_.costs.argon2_lanes);
  }
}

TEST_F(PlainServerTest, ADecoyThatMatchesIsNotBelieved) {
  for (const bool has_account : {false, true}) {
    auto server = *CreatePlainServer(context_);
    const auto asked = server->Step(Message("", "nobody", "x"));
    CredentialsFound found;
    if (has_account) found.account = TestAccount("nobody", "", {});
    const auto work = server->Resume(std::get<NeedCredentials>(*asked).ticket,
                                     CredentialAnswer(std::move(found)));
    const auto end = server->Resume(std::get<NeedDerivation>(*work).ticket,
                                    DerivationAnswer(PasswordVerdict{true}));
    EXPECT_EQ(ReasonOf(*end),
              has_account ? FailureReason::kNoUsableCredential : FailureReason::kUnknownUser);
  }
}

TEST_F(PlainServerTest, AFullPoolIsNotARefusal) {
  for (const bool overloaded : {true, false}) {
    auto server = *CreatePlainServer(context_);
    const auto asked = server->Step(Message("", "alice", "wonderland"));
    const auto work =
        server->Resume(std::get<NeedCredentials>(*asked).ticket, CredentialAnswer(book_["alice"]));
    const auto end = server->Resume(std::get<NeedDerivation>(*work).ticket,
                                    DerivationAnswer(DerivationRefused{overloaded}));
    EXPECT_EQ(ReasonOf(*end), overloaded ? FailureReason::kOverloaded : FailureReason::kInternal);
  }
}

TEST_F(PlainServerTest, RefusesAnAnswerOfAnotherKind) {
  auto server = *CreatePlainServer(context_);
  const auto asked = server->Step(Message("", "alice", "wonderland"));
  const auto work =
      server->Resume(std::get<NeedCredentials>(*asked).ticket, CredentialAnswer(book_["alice"]));
  const uint64_t ticket = std::get<NeedDerivation>(*work).ticket;
  EXPECT_NE(ticket, std::get<NeedCredentials>(*asked).ticket);
  EXPECT_EQ(server->Resume(ticket, DerivationAnswer(Secret("key"))).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PlainClient, RefusesWhatPlainCannotCarry) {
  using namespace std::string_view_literals;
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")},
      {"alice", "", Secret("")},
      {"al\xff", "", Secret("p")},
      {"alice", "", Secret("p\0q"sv)},
      {"alice", std::string("\0"sv), Secret("p")},
      {std::string(1025, 'a'), "", Secret("p")},
  };
  for (const ClientCredentials& credentials : unusable) {
    EXPECT_EQ(CreatePlainClient(ClientMechanismContext{&credentials}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(PlainServerTest, HandsThePasswordOverOnlyOnceItIsVerifiedAndOnlyWhereThatIsAskedFor) {
  const std::string right = Message("", "alice", "wonderland");
  EXPECT_FALSE(std::get<Success>(LogIn(right)).password.has_value());
  settings_.hands_over_password = true;
  const StepResult result = LogIn(right);
  ASSERT_TRUE(std::holds_alternative<Success>(result));
  ASSERT_TRUE(std::get<Success>(result).password.has_value());
  EXPECT_EQ(std::get<Success>(result).password->view(), "wonderland");
  EXPECT_EQ(ReasonOf(LogIn(Message("", "alice", "wrong"))), FailureReason::kBadCredentials);
}

}  // namespace
}  // namespace sallyport
