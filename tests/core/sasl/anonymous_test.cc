#include "core/sasl/anonymous/anonymous.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

StepResult LogIn(std::optional<std::string_view> trace) {
  MechanismDriver server(CreateAnonymousServer({}), {});
  const StepResult result = server.Step(trace);
  EXPECT_TRUE(server.queries().empty());
  return result;
}

std::string Repeated(std::string_view character, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text.append(character);
  return text;
}

TEST(AnonymousServer, TakesAnyTraceAndForgetsIt) {
  using namespace std::string_view_literals;
  const std::optional<std::string_view> traces[] = {
      std::nullopt, "", "sirhc@example.com", "\0"sv, "\0alice"sv, "\xff\xfe not UTF-8", "a\0b"sv};
  for (const auto& trace : traces) {
    const StepResult result = LogIn(trace);
    const Identity* identity = IdentityIn(result);
    ASSERT_NE(identity, nullptr);
    EXPECT_EQ(identity->authentication_id, "anonymous");
    EXPECT_EQ(identity->authorization_id, "anonymous");
    EXPECT_EQ(identity->mechanism, "ANONYMOUS");
    EXPECT_EQ(identity->account, nullptr);
  }
}

TEST(AnonymousServer, CountsCharactersNotBytes) {
  EXPECT_NE(IdentityIn(LogIn(Repeated("\u20ac", 255))), nullptr);
  EXPECT_NE(IdentityIn(LogIn(std::string(1, '\0') + Repeated("a", 255))), nullptr);
  EXPECT_EQ(ReasonOf(LogIn(Repeated("\u20ac", 256))), FailureReason::kMalformedMessage);
  EXPECT_EQ(ReasonOf(LogIn(Repeated("a", 256))), FailureReason::kMalformedMessage);
}

TEST(AnonymousServer, BoundsATraceThatHasNoCharacters) {
  EXPECT_NE(IdentityIn(LogIn(Repeated("\x80", 1020))), nullptr);
  EXPECT_EQ(ReasonOf(LogIn(Repeated("\x80", 1021))), FailureReason::kMalformedMessage);
}

TEST(AnonymousClient, SendsItsTrace) {
  ClientCredentials credentials;
  ClientMechanismContext context{&credentials};
  for (const std::string_view trace : {"", "sirhc", "\u20ac"}) {
    credentials.authentication_id = trace;
    const auto client = CreateAnonymousClient(context);
    ASSERT_TRUE(client.ok());
    const auto said = StepClient(**client, std::nullopt);
    EXPECT_EQ(std::get<ClientResponse>(said).bytes, trace);
    EXPECT_FALSE((*client)->Finish(std::nullopt).has_value());
  }
}

TEST(AnonymousClient, RefusesWhatIsNoTrace) {
  ClientCredentials credentials;
  ClientMechanismContext context{&credentials};
  for (const std::string& trace : {Repeated("a", 256), std::string("\xff"), std::string(1, '\0')}) {
    credentials.authentication_id = trace;
    EXPECT_EQ(CreateAnonymousClient(context).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace sallyport
