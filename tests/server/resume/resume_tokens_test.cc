#include "server/resume/resume_tokens.h"

#include <string>
#include <variant>

#include "absl/time/clock.h"
#include "core/crypto/random_source.h"
#include "gtest/gtest.h"
#include "server/resume/sealing_key_file.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kLifetime = absl::Seconds(30);

class ResumeTokensTest : public testing::Test {
 protected:
  std::string Seal(const HandshakePlace& place) {
    auto token = tokens_.Seal("binding", place, [](StateWriter& state) {
      state.Bytes("the state");
      return absl::OkStatus();
    });
    EXPECT_TRUE(token.has_value());
    return token.value_or("");
  }

  // Empty where it is opened.
  std::string RefusalOf(const std::string& token, const std::string& binding = "binding") {
    const auto opened = tokens_.Open(binding, token);
    const auto* what = std::get_if<const char*>(&opened);
    return what == nullptr ? "" : *what;
  }

  ResumeTokens tokens_{*NewSealingKeys(SystemRandom()), kLifetime};
};

TEST_F(ResumeTokensTest, SayWhatWasSealed) {
  const absl::Time opened_at = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  const std::string token = Seal({.handshake_id = "h", .opened_at = opened_at, .steps = 7});
  const auto opened = tokens_.Open("binding", token);
  const auto& content = std::get<OpenedToken>(opened);
  EXPECT_EQ(content.place().handshake_id, "h");
  EXPECT_EQ(content.place().opened_at, opened_at);
  EXPECT_EQ(content.place().steps, 7u);
  StateReader state = content.state();
  EXPECT_EQ(state.Bytes(), "the state");
  EXPECT_TRUE(state.at_end());
}

TEST_F(ResumeTokensTest, LiveAsLongAsTheirHandshakeMay) {
  const absl::Time now = absl::Now();
  EXPECT_EQ(RefusalOf(Seal({.handshake_id = "h", .opened_at = now})), "");
  EXPECT_EQ(RefusalOf(Seal({.handshake_id = "h", .opened_at = now - kLifetime})),
            "the resume token has expired");
  // A clock that is a little ahead is nothing to refuse.
  EXPECT_EQ(RefusalOf(Seal({.handshake_id = "h", .opened_at = now + absl::Seconds(2)})), "");
  EXPECT_NE(RefusalOf(Seal({.handshake_id = "h", .opened_at = now + absl::Seconds(20)})), "");
}

TEST_F(ResumeTokensTest, AreOfTheirBindingAlone) {
  const std::string token = Seal({.handshake_id = "h", .opened_at = absl::Now()});
  EXPECT_NE(RefusalOf(token, "another"), "");
  EXPECT_NE(RefusalOf(token, ""), "");
  EXPECT_EQ(RefusalOf(token), "");
}

TEST_F(ResumeTokensTest, AreNotSealedWithoutABindingOrAState) {
  const HandshakePlace place = {.handshake_id = "h", .opened_at = absl::Now()};
  EXPECT_FALSE(tokens_.Seal("", place, [](StateWriter&) { return absl::OkStatus(); }));
  EXPECT_FALSE(tokens_.Seal("binding", place, [](StateWriter&) {
    return absl::FailedPreconditionError("it waits for its host");
  }));
}

TEST_F(ResumeTokensTest, AreRefusedOnceContinued) {
  HandshakePlace place = {.handshake_id = "h", .opened_at = absl::Now(), .steps = 1};
  const std::string token = Seal(place);
  place.steps = 2;
  EXPECT_TRUE(tokens_.Continue(place, 1));
  EXPECT_EQ(RefusalOf(token), "the resume token was continued already");
  EXPECT_EQ(RefusalOf(Seal(place)), "");
}

TEST(BindingOf, TellsRpcAndHostApart) {
  v1::ConnectionContext context;
  context.set_listener("amqps");
  const std::string binding = BindingOf(ResumableRpc::kHandshake, context, "");
  EXPECT_EQ(binding, BindingOf(ResumableRpc::kHandshake, context, ""));
  EXPECT_NE(binding, BindingOf(ResumableRpc::kExchange, context, ""));
  EXPECT_NE(BindingOf(ResumableRpc::kExchange, context, "a"),
            BindingOf(ResumableRpc::kExchange, context, "b"));
}

TEST(BindingOf, TellsFieldsThatBorderOnEachOtherApart) {
  v1::ConnectionContext one;
  one.set_listener("ab");
  one.set_remote_address("c");
  v1::ConnectionContext other;
  other.set_listener("a");
  other.set_remote_address("bc");
  EXPECT_NE(BindingOf(ResumableRpc::kHandshake, one, ""),
            BindingOf(ResumableRpc::kHandshake, other, ""));
}

}  // namespace
}  // namespace sallyport::server
