#include "core/handshake/hostname_judge.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/crypto/random_source.h"
#include "core/handshake/server_handshake.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

// Says the same of every hostname, and remembers which were asked about.
class OneVerdict : public HostnameJudge {
 public:
  explicit OneVerdict(std::variant<Failure, LoginTerms> verdict) : verdict_(std::move(verdict)) {}
  std::variant<Failure, LoginTerms> Judge(std::string_view hostname) override {
    asked.emplace_back(hostname);
    return verdict_;
  }
  std::vector<std::string> asked;

 private:
  const std::variant<Failure, LoginTerms> verdict_;
};

class HostnameJudgeTest : public testing::Test {
 protected:
  HandshakeStep Receive(HostnameJudge& judge, std::string_view bytes) {
    handshake_ = std::make_unique<ServerHandshake>(
        shown_, HandshakeLimits(),
        ServerMechanismContext{.settings = &settings_, .random = &random_}, &judge);
    handshake_->Start(&sent_);
    return handshake_->Receive(bytes, &sent_);
  }

  static std::optional<FailureReason> Reason(const HandshakeStep& step) {
    const auto* outcome = std::get_if<HandshakeOutcome>(&step);
    return outcome == nullptr ? std::nullopt : outcome->reason;
  }

  RepeatableRandom random_{1};
  ServerMechanismSettings settings_ = ServerSetup::CheapSettings();
  ServerMechanismSettings others_ = ServerSetup::CheapSettings();
  std::shared_ptr<const MechanismOffer> shown_ = OfferOf({"DIGEST-MD5", "SCRAM-SHA-256"});
  std::shared_ptr<const MechanismOffer> narrow_ = OfferOf({"DIGEST-MD5"});
  std::unique_ptr<ServerHandshake> handshake_;
  std::string sent_;
};

TEST_F(HostnameJudgeTest, IsAskedOnceAboutWhatTheClientNames) {
  OneVerdict judge(LoginTerms{.settings = &settings_, .offer = shown_.get()});
  Receive(judge, SaslHeader());
  EXPECT_TRUE(judge.asked.empty());
  const auto step =
      handshake_->Receive(InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce", "a.example"), &sent_);
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(step));
  EXPECT_EQ(judge.asked, std::vector<std::string>{"a.example"});
  OneVerdict without(LoginTerms{.settings = &settings_, .offer = shown_.get()});
  Receive(without, SaslHeader() + InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce"));
  EXPECT_EQ(without.asked, std::vector<std::string>{""});
}

TEST_F(HostnameJudgeTest, MayLetNobodyIn) {
  OneVerdict judge(Failure{FailureReason::kTenantUnknown, "no tenant"});
  const auto step =
      Receive(judge, SaslHeader() + InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce", "b"));
  EXPECT_EQ(Reason(step), FailureReason::kTenantUnknown);
}

TEST_F(HostnameJudgeTest, NarrowsWhatWasShown) {
  OneVerdict judge(LoginTerms{.settings = &settings_, .offer = narrow_.get()});
  const auto step =
      Receive(judge, SaslHeader() + InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce", "b"));
  EXPECT_EQ(Reason(step), FailureReason::kMechanismNotOffered);
  OneVerdict wider(LoginTerms{.settings = &settings_, .offer = shown_.get()});
  shown_ = narrow_;
  EXPECT_EQ(Reason(Receive(wider, SaslHeader() + InitFrame("SCRAM-SHA-256", "n,,n=a,r=n", "b"))),
            FailureReason::kMechanismNotOffered)
      << "what the judge allows and the client was not shown";
}

TEST_F(HostnameJudgeTest, HasTheMechanismRunUnderItsSettings) {
  settings_.digest_realm = "shown";
  others_.digest_realm = "tenant.example";
  OneVerdict judge(LoginTerms{.settings = &others_, .offer = shown_.get()});
  Receive(judge, SaslHeader() + InitFrame("DIGEST-MD5", std::nullopt, "b"));
  EXPECT_NE(sent_.find("realm=\"tenant.example\""), std::string::npos);
}

TEST_F(HostnameJudgeTest, BringsLimitsThatHoldFromTheFirstFrameOn) {
  const std::string init = InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce", "b");
  const auto reason_under = [&](const HandshakeLimits& limits) {
    OneVerdict judge(LoginTerms{.settings = &settings_, .offer = shown_.get(), .limits = &limits});
    return Reason(Receive(judge, SaslHeader() + init));
  };
  EXPECT_EQ(reason_under({.max_frame_size = init.size()}), std::nullopt);
  EXPECT_EQ(reason_under({.max_frame_size = init.size() - 1}), FailureReason::kTooLarge);
  EXPECT_EQ(reason_under({.max_bytes = SaslHeader().size() + init.size()}), std::nullopt);
  EXPECT_EQ(reason_under({.max_bytes = SaslHeader().size() + init.size() - 1}),
            FailureReason::kTooLarge);
  EXPECT_EQ(reason_under({.max_steps = 0}), FailureReason::kTooManySteps);
}

TEST_F(HostnameJudgeTest, BringsLimitsForTheFramesThatFollow) {
  const HandshakeLimits limits = {.max_frame_size = 128};
  OneVerdict judge(LoginTerms{.settings = &settings_, .offer = shown_.get(), .limits = &limits});
  Receive(judge, SaslHeader() + InitFrame("DIGEST-MD5", std::nullopt, "b"));
  EXPECT_EQ(Reason(handshake_->Receive(ResponseFrame(std::string(128, 'x')), &sent_)),
            FailureReason::kTooLarge);
}

TEST_F(HostnameJudgeTest, JudgesAgainWhereAHandshakeGoesOn) {
  OneVerdict judge(LoginTerms{.settings = &settings_, .offer = shown_.get()});
  Receive(judge, SaslHeader() + InitFrame("DIGEST-MD5", std::nullopt, "a.example"));
  StateWriter saved;
  ASSERT_TRUE(handshake_->SaveState(saved).ok());
  const auto restore = [&](HostnameJudge& by) {
    ServerHandshake other(shown_, HandshakeLimits(), {.settings = &settings_, .random = &random_},
                          &by);
    StateReader state(saved.view());
    return other.RestoreState(state);
  };
  EXPECT_TRUE(restore(judge).ok());
  EXPECT_EQ(judge.asked, (std::vector<std::string>{"a.example", "a.example"}));
  OneVerdict refusing(Failure{FailureReason::kTenantUnknown});
  EXPECT_FALSE(restore(refusing).ok());
  const auto scram_only = OfferOf({"SCRAM-SHA-256"});
  OneVerdict narrowing(LoginTerms{.settings = &settings_, .offer = scram_only.get()});
  EXPECT_FALSE(restore(narrowing).ok());
}

}  // namespace
}  // namespace sallyport
