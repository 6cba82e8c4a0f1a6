// An exchange without frames: what the host may ask of it, and when.

#include "core/handshake/sasl_exchange.h"

#include <string>
#include <variant>

#include "gtest/gtest.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

class SaslExchangeTest : public testing::Test {
 protected:
  SaslExchange New(bool final_data_as_challenge = false) {
    return SaslExchange(setup_.offer,
                        {.settings = &setup_.settings,
                         .random = &random_,
                         .channel_bindings = setup_.channel_bindings,
                         .peer_certificate = setup_.peer_certificate},
                        final_data_as_challenge);
  }

  static FailureReason ReasonOf(const ExchangeStep& step) {
    const auto* outcome = std::get_if<HandshakeOutcome>(&step);
    EXPECT_TRUE(outcome != nullptr && outcome->reason.has_value());
    EXPECT_FALSE(outcome != nullptr && outcome->identity.has_value());
    return outcome == nullptr ? FailureReason{} : outcome->reason.value_or(FailureReason{});
  }

  ServerSetup setup_ = EveryMechanism();
  RepeatableRandom random_{1};
};

TEST_F(SaslExchangeTest, LetsInByOneMessage) {
  SaslExchange exchange = New();
  const ExchangeStep step = exchange.Begin("ANONYMOUS", "trace");
  const auto& outcome = std::get<HandshakeOutcome>(step);
  EXPECT_EQ(outcome.code, amqp::SaslCode::kOk);
  EXPECT_TRUE(outcome.identity.has_value());
  EXPECT_FALSE(outcome.final_data.has_value());
  EXPECT_EQ(exchange.mechanism()->name, "ANONYMOUS");
}

TEST_F(SaslExchangeTest, RefusesAMechanismThatIsNotOffered) {
  SaslExchange exchange = New();
  EXPECT_EQ(ReasonOf(exchange.Begin("NTLM", "")), FailureReason::kMechanismNotOffered);
}

TEST_F(SaslExchangeTest, FailsAHostThatCallsOutOfTurn) {
  SaslExchange early = New();
  EXPECT_EQ(ReasonOf(early.Respond("x")), FailureReason::kInternal);
  SaslExchange twice = New();
  ASSERT_TRUE(std::holds_alternative<Challenge>(twice.Begin("PLAIN", std::nullopt)));
  EXPECT_EQ(ReasonOf(twice.Begin("PLAIN", std::nullopt)), FailureReason::kInternal);
  SaslExchange suspended = New();
  const ExchangeStep step = suspended.Begin("PLAIN", std::string("\0alice\0x", 8));
  ASSERT_TRUE(std::holds_alternative<NeedCredentials>(step));
  EXPECT_EQ(ReasonOf(suspended.Respond("x")), FailureReason::kInternal);
}

TEST_F(SaslExchangeTest, TakesAnAnswerOnlyForItsTicket) {
  SaslExchange exchange = New();
  const ExchangeStep step = exchange.Begin("PLAIN", std::string("\0alice\0x", 8));
  const uint64_t ticket = std::get<NeedCredentials>(step).ticket;
  const CredentialAnswer answer = CredentialsFound{};
  EXPECT_EQ(exchange.Resume(ticket + 1, answer).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(exchange.Resume(ticket, DerivationAnswer(PasswordVerdict{})).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(exchange.Resume(ticket, answer).ok());
}

TEST_F(SaslExchangeTest, IsSavedOnlyWhileItWaitsForItsClient) {
  SaslExchange exchange = New();
  StateWriter state;
  EXPECT_FALSE(exchange.SaveState(state).ok());
  exchange.Begin("PLAIN", std::nullopt);
  EXPECT_TRUE(exchange.SaveState(state).ok());
  exchange.Fail(FailureReason::kTimedOut, nullptr);
  EXPECT_FALSE(exchange.SaveState(state).ok());
  StateReader reader(state.view());
  EXPECT_FALSE(exchange.RestoreState(reader).ok());
}

}  // namespace
}  // namespace sallyport
