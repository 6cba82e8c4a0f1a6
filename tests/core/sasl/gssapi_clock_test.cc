// GSSAPI and the time: tickets that are over or not valid yet, and clocks that
// differ, in a real Kerberos realm.

#include <ctime>
#include <string>

#include "gtest/gtest.h"
#include "tests/core/sasl/gss_peer.h"
#include "tests/core/sasl/gssapi_fixture.h"
#include "tests/core/sasl/shifted_clock.h"

namespace sallyport {
namespace {

constexpr std::time_t kMinute = 60;
constexpr std::time_t kDay = 24 * 60 * kMinute;

class GssapiClockTest : public GssapiFixture {
 protected:
  ~GssapiClockTest() override { ShiftClock(0); }

  // What a server makes of a client's first message, made now, when its clock is
  // off by `seconds`.
  Failure JudgedWithAClockOffBy(std::time_t seconds) {
    const std::string token = GssPeer(GssPeer::Side::kInitiator).Step(std::nullopt);
    ShiftClock(seconds);
    const StepResult result = Server().Step(token);
    ShiftClock(0);
    return FailureOf(result);
  }

  static void ExpectRefused(const Failure& failure, std::string_view words) {
    EXPECT_EQ(failure.reason, FailureReason::kKerberosRefused);
    EXPECT_NE(std::string_view(failure.what).find(words), std::string_view::npos) << failure.what;
  }
};

TEST_F(GssapiClockTest, AFewMinutesDoNotMatter) {
  const std::string token = GssPeer(GssPeer::Side::kInitiator).Step(std::nullopt);
  ShiftClock(4 * kMinute);
  EXPECT_TRUE(std::holds_alternative<Challenge>(Server().Step(token)));
}

TEST_F(GssapiClockTest, ClocksThatDifferAreNamed) {
  ExpectRefused(JudgedWithAClockOffBy(10 * kMinute), "clock");
}

TEST_F(GssapiClockTest, ATicketThatIsOverIsRefused) {
  ExpectRefused(JudgedWithAClockOffBy(3 * kDay), "expired");
}

TEST_F(GssapiClockTest, ATicketThatIsNotValidYetIsRefused) {
  ExpectRefused(JudgedWithAClockOffBy(-3 * kDay), "not valid yet");
}

TEST_F(GssapiClockTest, AClientHearsThatItsTicketIsOver) {
  const auto client = Client();
  ShiftClock(3 * kDay);
  const auto begun = client->Step(std::nullopt);
  ASSERT_TRUE(begun.ok());
  const auto& need = std::get<NeedDerivation>(*begun);
  const absl::Status status = client->Resume(need.ticket, Derive(need.work)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_NE(std::string(status.message()).find("expired"), std::string::npos) << status;
}

}  // namespace
}  // namespace sallyport
