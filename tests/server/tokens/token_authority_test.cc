#include "server/tokens/token_authority.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "process/log.h"
#include "tests/client/test_certificates.h"
#include "tests/core/tokens/token_signer.h"
#include "tests/server/tokens/answer_box.h"
#include "tests/server/tokens/key_server.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::string HeaderFor(const std::string& kid) {
  return absl::StrCat(R"({"alg":"ES256","kid":")", kid, "\"}");
}

// A payload of that issuer that is good for some minutes, with `more` members.
std::string PayloadOf(const std::string& issuer, const std::string& more = R"("sub":"alice")",
                      absl::Duration lifetime = absl::Minutes(5)) {
  return absl::StrCat(R"({"iss":")", issuer, R"(","aud":"amqp","exp":)",
                      absl::ToUnixSeconds(absl::Now() + lifetime), ",", more, "}");
}

const CredentialsFound& Found(const CredentialAnswer& answer) {
  static const auto* const none = new CredentialsFound;
  if (const auto* found = std::get_if<CredentialsFound>(&answer)) return *found;
  ADD_FAILURE() << "no credentials: "
                << ReasonName(std::get<CredentialsUnavailable>(answer).reason);
  return *none;
}

class TokenAuthorityTest : public testing::Test {
 protected:
  static TokenIssuer Issuer(const std::string& name, const std::string& keys) {
    TokenIssuer issuer;
    issuer.name = name;
    issuer.rules.issuer = absl::StrCat("https://", name, ".example");
    issuer.rules.audiences = {"amqp"};
    issuer.keys = keys;
    return issuer;
  }

  static std::string WriteKeys(const std::string& name, const std::string& keys) {
    const std::string path = absl::StrCat(testing::TempDir(), "/", name);
    std::ofstream(path + ".new") << keys;
    EXPECT_EQ(rename((path + ".new").c_str(), path.c_str()), 0);
    return path;
  }

  static std::unique_ptr<TokenAuthority> Start(const std::vector<TokenIssuer>& issuers) {
    auto authority = TokenAuthority::Create(issuers);
    EXPECT_TRUE(authority.ok()) << authority.status();
    return *std::move(authority);
  }

  std::string Keys(const std::string& kid) const {
    return KeySetOf({signer_.Jwk(absl::StrCat(R"("kid":")", kid, "\","))});
  }

  std::string Token(const std::string& kid = "k1", const std::string& issuer = "https://a.example",
                    const std::string& more = R"("sub":"alice")") const {
    return signer_.Sign(HeaderFor(kid), PayloadOf(issuer, more), "ES256");
  }

  // Waits where it has to.
  static CredentialAnswer Resolve(TokenAuthority& authority, const std::string& token) {
    if (auto answer = authority.ResolveCached(token)) return *std::move(answer);
    AnswerBox<CredentialAnswer> box;
    authority.Resolve(token, box.Callback());
    return box.Await()[0];
  }

  // The denial of a token that gets no account.
  static std::optional<FailureReason> Denial(TokenAuthority& authority, const std::string& token) {
    const CredentialAnswer answer = Resolve(authority, token);
    EXPECT_EQ(Found(answer).account, nullptr);
    return Found(answer).denial;
  }

  const TokenSigner signer_ = TokenSigner::Curve("P-256");
  const TokenSigner successor_ = TokenSigner::Curve("P-256");
};

TEST_F(TokenAuthorityTest, VouchesForTheBearerOfAGoodToken) {
  TokenIssuer issuer = Issuer("a", WriteKeys("a.json", Keys("k1")));
  issuer.rules.groups_claim = "groups";
  issuer.rules.attribute_claims = {"tenant"};
  const auto authority = Start({issuer});
  const auto answer = authority->ResolveCached(
      Token("k1", "https://a.example", R"("sub":"alice","groups":["ops"],"tenant":"north")"));
  ASSERT_TRUE(answer.has_value());
  const CredentialsFound& found = Found(*answer);
  EXPECT_EQ(found.denial, std::nullopt);
  ASSERT_NE(found.account, nullptr);
  EXPECT_EQ(found.account->authentication_id, "alice");
  EXPECT_EQ(found.account->store, "a");
  EXPECT_EQ(found.account->groups, std::vector<std::string>{"ops"});
  EXPECT_EQ(found.account->attributes, (std::map<std::string, std::string>{{"tenant", "north"}}));
  EXPECT_FALSE(found.account->disabled);
  EXPECT_TRUE(found.account->credentials.empty());
  ASSERT_TRUE(found.account->expires_at.has_value());
  EXPECT_GT(*found.account->expires_at, absl::Now() + absl::Minutes(4));
  EXPECT_LT(*found.account->expires_at, absl::Now() + absl::Minutes(6));
}

TEST_F(TokenAuthorityTest, RefusesNamesThatWouldBecomeOthers) {
  const auto authority = Start({Issuer("a", WriteKeys("a.json", Keys("k1")))});
  for (const std::string& name :
       {std::string("al\u00adice"), std::string("\uff41lice"), std::string("\u00aalice"),
        std::string("a\\u0007"), std::string(1025, 'a')}) {
    const std::string claim = absl::StrCat(R"("sub":")", name, "\"");
    EXPECT_EQ(Denial(*authority, Token("k1", "https://a.example", claim)),
              FailureReason::kTokenNotAccepted)
        << name;
  }
  const std::string longest = absl::StrCat(R"("sub":")", std::string(1024, 'a'), "\"");
  EXPECT_EQ(Found(Resolve(*authority, Token("k1", "https://a.example", longest))).denial,
            std::nullopt);
}

TEST_F(TokenAuthorityTest, SaysWhyItRefuses) {
  const auto authority = Start({Issuer("a", WriteKeys("a.json", Keys("k1")))});
  const auto denial = [&](const std::string& header, const std::string& payload) {
    return Denial(*authority, signer_.Sign(header, payload, "ES256"));
  };
  const std::string good = PayloadOf("https://a.example");
  EXPECT_EQ(Denial(*authority, "not a token"), FailureReason::kTokenInvalid);
  EXPECT_EQ(Denial(*authority, ""), FailureReason::kTokenInvalid);
  EXPECT_EQ(denial(R"({"alg":"none"})", good), FailureReason::kTokenInvalid);
  EXPECT_EQ(denial(R"({"alg":"RS256","kid":"k1"})", good), FailureReason::kTokenInvalid);
  EXPECT_EQ(denial(HeaderFor("k2"), good), FailureReason::kTokenInvalid);
  EXPECT_EQ(Denial(*authority, successor_.Sign(HeaderFor("k1"), good, "ES256")),
            FailureReason::kTokenInvalid);
  EXPECT_EQ(
      denial(HeaderFor("k1"), PayloadOf("https://a.example", R"("sub":"a")", -absl::Minutes(2))),
      FailureReason::kTokenExpired);
  EXPECT_EQ(denial(HeaderFor("k1"), PayloadOf("https://a.example", R"("nbf":9999999999)")),
            FailureReason::kTokenExpired);
  EXPECT_EQ(denial(HeaderFor("k1"), PayloadOf("https://b.example")),
            FailureReason::kTokenNotAccepted);
  EXPECT_EQ(denial(HeaderFor("k1"), R"({"sub":"alice"})"), FailureReason::kTokenNotAccepted);
  EXPECT_EQ(denial(HeaderFor("k1"), PayloadOf("https://a.example", R"("x":1)")),
            FailureReason::kTokenNotAccepted);
  EXPECT_EQ(denial(HeaderFor("k1"), R"({"iss":"https://a.example","aud":"x","sub":"a"})"),
            FailureReason::kTokenNotAccepted);
}

TEST_F(TokenAuthorityTest, LogsWhyAndNoPartOfTheToken) {
  const auto authority = Start({Issuer("a", WriteKeys("a.json", Keys("k1")))});
  LogTap log;
  const std::string forged = successor_.Sign(
      HeaderFor("k1"), PayloadOf("https://a.example", R"("sub":"mallory")"), "ES256");
  Denial(*authority, forged);
  const std::string line = log.AwaitLine("token refused");
  EXPECT_THAT(line, HasSubstr("The token's signature is wrong."));
  EXPECT_THAT(line, HasSubstr(R"("store":"a")"));
  EXPECT_THAT(line, Not(HasSubstr("mallory")));
  EXPECT_THAT(line, Not(HasSubstr(forged.substr(forged.rfind('.')))));
  EXPECT_THAT(line, Not(HasSubstr("k1")));
  Denial(*authority, Token("k1", "https://stranger.example"));
  EXPECT_THAT(log.AwaitLine("token refused"), Not(HasSubstr("stranger")));
}

TEST_F(TokenAuthorityTest, EachIssuerSignsForItselfOnly) {
  const auto authority =
      Start({Issuer("a", WriteKeys("a.json", Keys("k1"))),
             Issuer("b", WriteKeys("b.json", KeySetOf({successor_.Jwk(R"("kid":"k1",)")})))});
  const auto resolve = [&](const TokenSigner& signer, const std::string& issuer) {
    return Resolve(*authority, signer.Sign(HeaderFor("k1"), PayloadOf(issuer), "ES256"));
  };
  EXPECT_EQ(Found(resolve(signer_, "https://a.example")).account->store, "a");
  EXPECT_EQ(Found(resolve(successor_, "https://b.example")).account->store, "b");
  EXPECT_EQ(Found(resolve(successor_, "https://a.example")).denial, FailureReason::kTokenInvalid);
  EXPECT_EQ(Found(resolve(signer_, "https://b.example")).denial, FailureReason::kTokenInvalid);
}

TEST_F(TokenAuthorityTest, WaitsForTheFirstKeysOfAUrl) {
  KeyServer server(Keys("k1"));
  const auto authority = Start({Issuer("a", server.Url("/gated"))});
  EXPECT_EQ(server.AwaitRequest(), "/gated");
  EXPECT_FALSE(authority->ResolveCached(Token()).has_value());
  // What no key would help is settled at once.
  EXPECT_TRUE(authority->ResolveCached("not a token").has_value());
  EXPECT_TRUE(authority->ResolveCached(Token("k1", "https://b.example")).has_value());
  const std::string payload = PayloadOf("https://a.example");
  const std::string other_algorithm = signer_.Sign(R"({"alg":"HS256"})", payload, "ES256");
  EXPECT_TRUE(authority->ResolveCached(other_algorithm).has_value());
  const std::string large = absl::StrCat(R"("x":")", std::string(20'000, 'x'), "\"");
  EXPECT_TRUE(authority->ResolveCached(Token("k1", "https://a.example", large)).has_value());
  AnswerBox<CredentialAnswer> box;
  authority->Resolve(Token(), box.Callback());
  authority->Resolve(Token(), box.Callback());
  EXPECT_EQ(box.size(), 0u);
  server.Open();
  const auto answers = box.Await(2);
  EXPECT_EQ(Found(answers[0]).account->authentication_id, "alice");
  EXPECT_EQ(Found(answers[0]).denial, std::nullopt);
  EXPECT_EQ(Found(answers[1]).account->authentication_id, "alice");
  EXPECT_TRUE(authority->ResolveCached(Token()).has_value());
}

TEST_F(TokenAuthorityTest, ANewKeyAtTheUrlIsAcceptedAfterOneFetch) {
  const client::TestAuthority ca;
  KeyServer server(Keys("k1"), ca.Issue("localhost"));
  TokenIssuer issuer = Issuer("a", server.Url());
  issuer.ca_file = client::WriteFile("ca.pem", ca.certificate());
  issuer.min_interval = absl::ZeroDuration();
  const auto authority = Start({issuer});
  EXPECT_EQ(Found(Resolve(*authority, Token("k1"))).denial, std::nullopt);
  server.Publish(KeySetOf({successor_.Jwk(R"("kid":"k2",)")}));
  // The old key is believed until somebody looks.
  EXPECT_EQ(Found(*authority->ResolveCached(Token("k1"))).denial, std::nullopt);
  const std::string next =
      successor_.Sign(HeaderFor("k2"), PayloadOf("https://a.example"), "ES256");
  EXPECT_FALSE(authority->ResolveCached(next).has_value());
  EXPECT_EQ(Found(Resolve(*authority, next)).account->authentication_id, "alice");
  EXPECT_EQ(Found(*authority->ResolveCached(next)).denial, std::nullopt);
  EXPECT_EQ(server.AwaitRequest(), "/keys");
  EXPECT_EQ(server.AwaitRequest(), "/keys");
  EXPECT_EQ(Denial(*authority, Token("k1")), FailureReason::kTokenInvalid);
  // That one fetched the keys again.
  EXPECT_THAT(server.Stop(), SizeIs(1));
}

TEST_F(TokenAuthorityTest, AFloodOfUnknownKeysCostsOneFetch) {
  KeyServer server(Keys("k1"));
  TokenIssuer issuer = Issuer("a", server.Url());
  issuer.min_interval = absl::Hours(1);
  const auto authority = Start({issuer});
  EXPECT_EQ(Found(Resolve(*authority, Token())).denial, std::nullopt);
  // For that long they are refused at once.
  for (int i = 0; i < 500; ++i) {
    const auto answer = authority->ResolveCached(Token(absl::StrCat("random", i)));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(Found(*answer).denial, FailureReason::kTokenInvalid);
  }
  EXPECT_EQ(Found(Resolve(*authority, Token())).denial, std::nullopt);
  EXPECT_THAT(server.Stop(), SizeIs(1));
}

TEST_F(TokenAuthorityTest, AnIssuerThatDoesNotAnswerIsAnOutageOfItsOwn) {
  KeyServer broken(Keys("k1"));
  broken.AnswerWith(500);
  const auto authority =
      Start({Issuer("a", broken.Url()), Issuer("b", WriteKeys("b.json", Keys("k1")))});
  const CredentialAnswer answer = Resolve(*authority, Token());
  ASSERT_TRUE(std::holds_alternative<CredentialsUnavailable>(answer));
  EXPECT_EQ(std::get<CredentialsUnavailable>(answer).reason, FailureReason::kStoreUnavailable);
  EXPECT_EQ(Found(Resolve(*authority, Token("k1", "https://b.example"))).denial, std::nullopt);
}

TEST_F(TokenAuthorityTest, ANewKeyInTheFileIsAcceptedAndAnOldOneIsNot) {
  const std::string path = WriteKeys("a.json", Keys("k1"));
  const auto authority = Start({Issuer("a", path)});
  const std::string next =
      successor_.Sign(HeaderFor("k2"), PayloadOf("https://a.example"), "ES256");
  EXPECT_EQ(Denial(*authority, next), FailureReason::kTokenInvalid);
  LogTap log;
  WriteKeys("a.json", KeySetOf({successor_.Jwk(R"("kid":"k2",)")}));
  log.AwaitLine("key set loaded");
  while (Found(Resolve(*authority, next)).account == nullptr) std::this_thread::yield();
  EXPECT_EQ(Denial(*authority, Token("k1")), FailureReason::kTokenInvalid);
}

TEST_F(TokenAuthorityTest, AnswersThoseWhoWaitWhenItEnds) {
  KeyServer server(Keys("k1"));
  auto authority = Start({Issuer("a", server.Url("/gated"))});
  EXPECT_EQ(server.AwaitRequest(), "/gated");
  AnswerBox<CredentialAnswer> box;
  authority->Resolve(Token(), box.Callback());
  authority.reset();
  EXPECT_EQ(std::get<CredentialsUnavailable>(box.Await()[0]).reason,
            FailureReason::kStoreUnavailable);
}

TEST_F(TokenAuthorityTest, RefusesIssuersThatCannotBeToldApartOrAreNotWhole) {
  const std::string path = WriteKeys("a.json", Keys("k1"));
  const auto error = [](const std::vector<TokenIssuer>& issuers) {
    const absl::Status status = TokenAuthority::Check(issuers);
    EXPECT_EQ(TokenAuthority::Create(issuers).status(), status);
    return std::string(status.message());
  };
  TokenIssuer twin = Issuer("b", path);
  twin.rules.issuer = "https://a.example";
  EXPECT_THAT(error({Issuer("a", path), twin}), HasSubstr("two issuers"));
  twin = Issuer("b", path);
  twin.name = "a";
  EXPECT_THAT(error({Issuer("a", path), twin}), HasSubstr("two issuers"));
  TokenIssuer nobody = Issuer("a", path);
  nobody.rules.audiences.clear();
  EXPECT_THAT(error({nobody}), HasSubstr("needs a name"));
  EXPECT_THAT(error({Issuer("a", "/nonexistent.json")}), HasSubstr("/nonexistent.json"));
  EXPECT_THAT(error({Issuer("a", WriteKeys("b.json", "[]"))}), HasSubstr("not a JSON object"));
  EXPECT_THAT(error({Issuer("a", "http://a.example/keys")}), HasSubstr("http://a.example/keys: "));
  TokenIssuer no_ca = Issuer("a", "https://a.example/keys");
  no_ca.ca_file = "/nonexistent.pem";
  EXPECT_THAT(error({no_ca}), HasSubstr("/nonexistent.pem"));
  EXPECT_TRUE(TokenAuthority::Check({}).ok());
  EXPECT_TRUE(TokenAuthority::Check({Issuer("a", path), Issuer("b", path)}).ok());
}

}  // namespace
}  // namespace sallyport::server
