// The faster login of a DIGEST-MD5 client that comes again (RFC 2831 section 2.2).

#include "core/sasl/digest_md5/digest_session.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/sasl/digest_fixture.h"

namespace sallyport {
namespace {

class DigestSessionTest : public DigestFixture {
 protected:
  // A login of two sides with what they remember, and then remember of it.
  Conversation LogIn() {
    MechanismDriver server = Server();
    server.sessions() = remembered_;
    client_context_.session = session_.has_value() ? &*session_ : nullptr;
    const auto client = Client();
    Conversation talk = Converse(server, *client);
    remembered_ = server.sessions();
    session_ = client->session();
    server_properties_ = server.properties();
    client_properties_ = client->properties();
    queries_ = server.queries();
    return talk;
  }

  // As LogIn, for the first time.
  void LogInOnce() {
    EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
    EXPECT_EQ(remembered_.size(), 1u);
    EXPECT_TRUE(session_.has_value());
  }

  // Whether the last login took one message.
  static bool IsFast(const Conversation& talk) {
    return talk.challenges.empty() && talk.responses.size() == 1 && !talk.fault.has_value() &&
           IdentityIn(talk.outcome) != nullptr;
  }

  // The next message after LogInOnce, but for its digest.
  static DigestResponse NextResponse() {
    DigestResponse response = Response();
    response.nonce_count = 2;
    return response;
  }

  // What a server that remembers the session of one login says to `message`.
  StepResult Begin(std::string_view message) {
    LogInOnce();
    server_parameters_[0].value = "fresh-nonce";
    MechanismDriver server = Server();
    server_parameters_[0].value = "server-nonce";
    server.sessions() = std::exchange(remembered_, {});
    if (stale_) server.sessions().begin()->second.stale = true;
    StepResult result = server.Step(message);
    remembered_ = server.sessions();
    queries_ = server.queries();
    session_.reset();
    return result;
  }

  // Whether `result` is a challenge to begin anew.
  static bool IsAnew(const StepResult& result, bool stale = false) {
    const auto* challenge = std::get_if<Challenge>(&result);
    return challenge != nullptr &&
           challenge->bytes.find("nonce=\"fresh-nonce\"") != std::string::npos &&
           (challenge->bytes.find("stale=true") != std::string::npos) == stale;
  }

  std::map<std::string, SessionFound> remembered_;
  std::optional<Secret> session_;
  bool stale_ = false;
  MechanismProperties server_properties_;
  MechanismProperties client_properties_;
  std::vector<CredentialQuery> queries_;
};

TEST_F(DigestSessionTest, TheNextLoginsTakeOneMessageEach) {
  LogInOnce();
  for (const char* count : {"2", "3", "4"}) {
    const Conversation talk = LogIn();
    EXPECT_TRUE(IsFast(talk));
    EXPECT_EQ(Property(server_properties_, "nonce-count"), count);
    EXPECT_EQ(Property(client_properties_, "nonce-count"), count);
    EXPECT_EQ(Property(client_properties_, "stale"), "");
    // It is asked again who may log in.
    ASSERT_EQ(queries_.size(), 1u);
    EXPECT_EQ(queries_[0].authentication_id, "alice");
    EXPECT_EQ(remembered_.size(), 1u);
  }
}

TEST_F(DigestSessionTest, HoldsNoSecretOfTheStore) {
  LogInOnce();
  const auto digest = ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1);
  for (const std::string_view session :
       {session_->view(), remembered_.begin()->second.state.view()}) {
    EXPECT_EQ(session.find("wonderland"), std::string_view::npos);
    EXPECT_EQ(session.find(digest->response.view()), std::string_view::npos);
    EXPECT_EQ(session.find(digest->rspauth.view()), std::string_view::npos);
  }
  EXPECT_EQ(remembered_.begin()->first, "server-nonce");
}

TEST_F(DigestSessionTest, AServerThatForgotHasItsClientBeginAnew) {
  LogInOnce();
  remembered_.clear();
  server_parameters_[0].value = "fresh-nonce";
  const Conversation talk = LogIn();
  EXPECT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_FALSE(talk.fault.has_value());
  EXPECT_EQ(talk.responses.size(), 2u);
  EXPECT_EQ(Property(client_properties_, "nonce-count"), "1");
  EXPECT_EQ(Property(client_properties_, "stale"), "");
  EXPECT_TRUE(IsFast(LogIn()));
}

TEST_F(DigestSessionTest, AStaleSessionIsToldToWhoKnowsThePassword) {
  LogInOnce();
  remembered_.begin()->second.stale = true;
  server_parameters_[0].value = "fresh-nonce";
  const Conversation talk = LogIn();
  EXPECT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_FALSE(talk.fault.has_value());
  EXPECT_EQ(talk.responses.size(), 2u);
  EXPECT_EQ(Property(client_properties_, "stale"), "true");
  EXPECT_TRUE(IsFast(LogIn()));
  EXPECT_EQ(Property(client_properties_, "stale"), "");
}

TEST_F(DigestSessionTest, AStaleSessionIsNotToldToOthers) {
  stale_ = true;
  EXPECT_TRUE(IsAnew(Begin(Signed(NextResponse(), "wonderland")), /*stale=*/true));
  EXPECT_EQ(ReasonOf(Begin(Signed(NextResponse(), "guess"))), FailureReason::kBadCredentials);
  EXPECT_TRUE(remembered_.empty());
}

TEST_F(DigestSessionTest, AWrongPasswordIsRefusedAndForgotten) {
  EXPECT_EQ(ReasonOf(Begin(Signed(NextResponse(), "guess"))), FailureReason::kBadCredentials);
  EXPECT_TRUE(remembered_.empty());
}

TEST_F(DigestSessionTest, ADenialOrANewPasswordEndsIt) {
  LogInOnce();
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kAccountDisabled);
  book_["alice"].denial.reset();
  LogIn();
  LogIn();
  book_["alice"].account = TestAccount("alice", "new", {"CLEARTEXT"});
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kBadCredentials);
  book_.clear();
  remembered_.clear();
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kUnknownUser);
}

TEST_F(DigestSessionTest, SaysTheSameOfAUserWhoIsGone) {
  LogInOnce();
  book_.clear();
  const Conversation talk = LogIn();
  EXPECT_EQ(ReasonOf(talk.outcome), FailureReason::kUnknownUser);
  EXPECT_TRUE(talk.challenges.empty());
}

TEST_F(DigestSessionTest, WhatIsNotTheNextLoginBeginsAnew) {
  const auto anew = [&](auto alter) {
    DigestResponse response = NextResponse();
    alter(response);
    const bool is_anew = IsAnew(Begin(Signed(response, "wonderland")));
    EXPECT_EQ(is_anew, queries_.empty());
    return is_anew;
  };
  EXPECT_FALSE(anew([](DigestResponse&) {}));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.nonce = "another"; }));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.cnonce = "another"; }));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.realm = "another"; }));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.realm.reset(); }));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.digest_uri = "amqp/another"; }));
  EXPECT_TRUE(anew([](DigestResponse& r) { r.username = "bob"; }));
  for (const uint32_t count : {0u, 1u, 3u, 4'000'000'000u}) {
    EXPECT_TRUE(anew([count](DigestResponse& r) { r.nonce_count = count; })) << count;
  }
}

TEST_F(DigestSessionTest, AMessageThatIsSentAgainBeginsAnew) {
  LogInOnce();
  const std::string message = LogIn().responses.back();
  MechanismDriver server = Server();
  server.sessions() = remembered_;
  EXPECT_TRUE(std::holds_alternative<Challenge>(server.Step(message)));
  EXPECT_TRUE(server.queries().empty());
}

TEST_F(DigestSessionTest, AMalformedMessageIsRefused) {
  EXPECT_EQ(ReasonOf(Begin("nonce=\"server-nonce\"")), FailureReason::kMalformedMessage);
  EXPECT_EQ(remembered_.size(), 1u);
}

TEST_F(DigestSessionTest, TheServersRealmMayHaveChanged) {
  LogInOnce();
  server_parameters_ = {{"nonce", "fresh-nonce"}, {"realm", "new.test"}};
  const Conversation talk = LogIn();
  EXPECT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(talk.responses.size(), 2u);
  EXPECT_EQ(Property(client_properties_, "realm"), "new.test");
}

TEST_F(DigestSessionTest, AnAuthorizationIdIsAskedForEachTime) {
  LogInOnce();
  credentials_.authorization_id = "bob";
  const Conversation talk = LogIn();
  EXPECT_TRUE(IsFast(talk));
  EXPECT_EQ(IdentityIn(talk.outcome)->authorization_id, "bob");
  ASSERT_EQ(queries_.size(), 1u);
  EXPECT_EQ(queries_[0].authorization_id, "bob");
  credentials_.authorization_id.clear();
  EXPECT_EQ(IdentityIn(LogIn().outcome)->authorization_id, "alice");
}

TEST_F(DigestSessionTest, IsUnreadable) {
  LogInOnce();
  remembered_.begin()->second.state = Secret("\x01garbage");
  EXPECT_EQ(LogIn().responses.size(), 2u);
  session_ = Secret("\x01garbage");
  EXPECT_EQ(LogIn().challenges.size(), 1u);
}

TEST_F(DigestSessionTest, TheClientTakesNoSessionOfAnotherLogin) {
  LogInOnce();
  client_context_.session = &*session_;
  const auto speaks_first = [&] {
    const auto said = StepClient(*Client(), std::nullopt);
    return std::get<ClientResponse>(said).bytes.has_value();
  };
  EXPECT_TRUE(speaks_first());
  client_context_.server_name = "other.test";
  EXPECT_FALSE(speaks_first());
  client_context_.server_name = "host.test";
  credentials_.authentication_id = "bob";
  EXPECT_FALSE(speaks_first());
  credentials_.authentication_id = "al\u00adice";
  EXPECT_TRUE(speaks_first());
  client_parameters_.push_back({"realm", "realm.test"});
  EXPECT_TRUE(speaks_first());
  client_parameters_.back().value = "another";
  EXPECT_FALSE(speaks_first());
}

TEST_F(DigestSessionTest, TheClientTakesOneChallengeToBeginAnewAndNoMore) {
  LogInOnce();
  client_context_.session = &*session_;
  const auto client = Client();
  StepClient(*client, std::nullopt);
  const std::string challenge = "realm=\"realm.test\",nonce=\"x\",algorithm=md5-sess,charset=utf-8";
  ASSERT_TRUE(std::holds_alternative<ClientResponse>(StepClient(*client, challenge)));
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, challenge)));
}

TEST_F(DigestSessionTest, TheClientTrustsNoServerWithoutItsProof) {
  LogInOnce();
  client_context_.session = &*session_;
  const auto first = ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1);
  const auto next = ProveDigest(NextResponse(), "wonderland", DigestEncoding::kLatin1);
  for (const std::string& proof :
       {std::string(), std::string("?"), std::string("rspauth=").append(first->rspauth.view()),
        std::string("rspauth=").append(next->response.view())}) {
    const auto client = Client();
    StepClient(*client, std::nullopt);
    EXPECT_TRUE(client->Finish(proof).has_value()) << proof;
    const auto other = Client();
    StepClient(*other, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*other, proof))) << proof;
  }
  const auto client = Client();
  StepClient(*client, std::nullopt);
  EXPECT_FALSE(client->Finish(std::string("rspauth=").append(next->rspauth.view())).has_value());
}

TEST_F(DigestSessionTest, BothSidesGoOnElsewhere) {
  LogInOnce();
  remembered_.begin()->second.stale = true;
  server_parameters_[0].value = "fresh-nonce";
  MechanismDriver server = Server();
  server.sessions() = remembered_;
  client_context_.session = &*session_;
  auto client = Client();
  auto said = StepClient(*client, std::nullopt);
  client_context_.session = nullptr;
  client = MovedClient(*client, Client());
  const StepResult anew = server.Step(std::get<ClientResponse>(said).bytes);
  server.Move(CreateDigestMd5Server(server_context_));
  said = StepClient(*client, std::get<Challenge>(anew).bytes);
  client = MovedClient(*client, Client());
  const StepResult end = server.Step(std::get<ClientResponse>(said).bytes);
  ASSERT_NE(IdentityIn(end), nullptr);
  EXPECT_FALSE(client->Finish(std::get<Success>(end).additional_data).has_value());
  EXPECT_EQ(Property(client->properties(), "stale"), "true");
}

TEST_F(DigestSessionTest, EndsWhereTheCountDoes) {
  DigestSession session = SessionOf(Response(), "alice");
  session.nonce_count = std::numeric_limits<uint32_t>::max() - 1;
  DigestResponse last = Response();
  last.nonce_count = std::numeric_limits<uint32_t>::max();
  EXPECT_TRUE(session.ContinuedBy(last));
  session.nonce_count = std::numeric_limits<uint32_t>::max();
  DigestResponse beyond = Response();
  beyond.nonce_count = 0;
  EXPECT_FALSE(session.ContinuedBy(beyond));
  const Secret bytes = FormatDigestSession(session);
  client_context_.session = &bytes;
  EXPECT_FALSE(std::get<ClientResponse>(StepClient(*Client(), std::nullopt)).bytes.has_value());
}

TEST(DigestSession, IsReadAsItWasWritten) {
  for (const std::optional<std::string>& realm :
       {std::optional<std::string>(), std::optional<std::string>(""),
        std::optional<std::string>("r")}) {
    const DigestSession session = {.authentication_id = "alice",
                                   .realm = realm,
                                   .nonce = "n",
                                   .cnonce = "c",
                                   .nonce_count = 7,
                                   .digest_uri = "amqp/h",
                                   .utf8 = true};
    const Secret bytes = FormatDigestSession(session);
    const auto again = ParseDigestSession(bytes.view());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->authentication_id, "alice");
    EXPECT_EQ(again->realm, realm);
    EXPECT_EQ(again->nonce, "n");
    EXPECT_EQ(again->cnonce, "c");
    EXPECT_EQ(again->nonce_count, 7u);
    EXPECT_EQ(again->digest_uri, "amqp/h");
    EXPECT_TRUE(again->utf8);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(ParseDigestSession(bytes.view().substr(0, size)).has_value()) << size;
    }
    EXPECT_FALSE(ParseDigestSession(std::string(bytes.view()) + "x").has_value());
  }
}

}  // namespace
}  // namespace sallyport
