#include <string>
#include <vector>

#include "core/sasl/create_mechanism.h"
#include "core/sasl/oauth/oauth.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kErrorReport = R"({"status":"invalid_token"})";

class OauthClientTest : public testing::TestWithParam<OauthForm> {
 protected:
  OauthClientTest() {
    credentials_.authentication_id = "alice";
    credentials_.token = Secret("alices.token");
    context_.credentials = &credentials_;
  }

  absl::StatusOr<std::unique_ptr<ClientMechanism>> Create() const {
    return CreateOauthClient(GetParam(), context_);
  }

  // One that has sent its message.
  std::unique_ptr<ClientMechanism> Started() const {
    auto client = Create();
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE((*client)->Step(std::nullopt).ok());
    return *std::move(client);
  }

  std::string FirstMessage() const {
    auto client = Create();
    if (!client.ok()) return std::string(client.status().message());
    return std::get<ClientResponse>(StepClient(**client, std::nullopt)).bytes.value_or("");
  }

  bool IsRefused() const { return Create().status().code() == absl::StatusCode::kInvalidArgument; }

  // What answers an error report.
  std::string_view Acknowledgement() const {
    return GetParam() == OauthForm::kOauthBearer ? "\x01" : "";
  }

  ClientCredentials credentials_;
  std::vector<MechanismParameter> parameters_;
  ClientMechanismContext context_;
};

INSTANTIATE_TEST_SUITE_P(BothForms, OauthClientTest,
                         testing::Values(OauthForm::kOauthBearer, OauthForm::kXoauth2),
                         [](const auto& info) {
                           return info.param == OauthForm::kOauthBearer ? "OAUTHBEARER" : "XOAUTH2";
                         });

TEST_P(OauthClientTest, RefusesATokenThatIsNone) {
  const std::string too_long(16 * 1024 + 1, 'a');
  for (const std::string_view token : {""sv, "="sv, "a b"sv,
                                       "a\x01"
                                       "b"sv,
                                       "a\0"sv, "\u00e9"sv, std::string_view(too_long)}) {
    credentials_.token = Secret(token);
    EXPECT_TRUE(IsRefused()) << testing::PrintToString(token);
  }
}

TEST_P(OauthClientTest, RefusesANameThatCannotBeCarried) {
  const std::string too_long(1025, 'a');
  for (const std::string_view name : {"a\x01"
                                      "b"sv,
                                      "a\0"sv, "a\xff"sv, "a\x7f"sv, std::string_view(too_long)}) {
    credentials_.authentication_id = std::string(name);
    EXPECT_TRUE(IsRefused()) << testing::PrintToString(name);
  }
}

TEST_P(OauthClientTest, AcknowledgesAnErrorReportAndExpectsTheWorst) {
  for (const std::string_view report : {kErrorReport, "{}"sv, " {\"a\":1}\r\n"sv}) {
    auto client = Started();
    const auto answer = StepClient(*client, report);
    ASSERT_TRUE(std::holds_alternative<ClientResponse>(answer)) << report;
    EXPECT_EQ(std::get<ClientResponse>(answer).bytes, Acknowledgement());
    // A server that lets us in after all is not to be trusted.
    EXPECT_TRUE(client->Finish(std::nullopt).has_value());
    EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  }
}

TEST_P(OauthClientTest, TakesNoOtherChallenge) {
  for (const std::string_view challenge : {""sv, "?"sv, "{"sv, "}"sv, "{} x"sv, "[]"sv, " "sv}) {
    auto client = Started();
    EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, challenge))) << challenge;
    EXPECT_TRUE(client->Finish(std::nullopt).has_value());
    EXPECT_EQ(client->Step(kErrorReport).status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST_P(OauthClientTest, TakesOneErrorReportOnly) {
  auto client = Started();
  ASSERT_TRUE(std::holds_alternative<ClientResponse>(StepClient(*client, kErrorReport)));
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, kErrorReport)));
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
}

TEST_P(OauthClientTest, GoesOnFromASavedState) {
  for (const bool reported : {false, true}) {
    auto client = Started();
    if (reported) StepClient(*client, kErrorReport);
    StateWriter state;
    ASSERT_TRUE(client->SaveState(state).ok());
    EXPECT_EQ(state.view().find("token"), std::string_view::npos);
    auto moved = *Create();
    StateReader reader(state.view());
    ASSERT_TRUE(moved->RestoreState(reader).ok());
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(moved->Step(std::nullopt).status().code(), absl::StatusCode::kFailedPrecondition);
    if (reported) {
      EXPECT_TRUE(moved->Finish(std::nullopt).has_value());
    } else {
      EXPECT_EQ(moved->Finish(std::nullopt), std::nullopt);
      EXPECT_TRUE(std::holds_alternative<ClientResponse>(StepClient(*moved, kErrorReport)));
    }
  }
}

TEST_P(OauthClientTest, IsSavedOnlyWhileItWaits) {
  auto client = *Create();
  StateWriter state;
  EXPECT_EQ(client->SaveState(state).code(), absl::StatusCode::kFailedPrecondition);
  for (const std::string_view bytes : {"\0"sv, "\3"sv, "\4"sv, ""sv}) {
    StateReader reader(bytes);
    EXPECT_EQ((*Create())->RestoreState(reader).code(), absl::StatusCode::kInvalidArgument);
  }
  auto started = Started();
  StateReader reader("\1");
  EXPECT_EQ(started->RestoreState(reader).code(), absl::StatusCode::kFailedPrecondition);
}

class OauthBearerClientTest : public OauthClientTest {};

INSTANTIATE_TEST_SUITE_P(OneForm, OauthBearerClientTest, testing::Values(OauthForm::kOauthBearer));

TEST_P(OauthBearerClientTest, NamesWhomItMeansToActAs) {
  EXPECT_EQ(FirstMessage(),
            "n,a=alice,\x01"
            "auth=Bearer alices.token\x01\x01");
  credentials_.authorization_id = "b,o=b";
  EXPECT_EQ(FirstMessage(),
            "n,a=b=2Co=3Db,\x01"
            "auth=Bearer alices.token\x01\x01");
  credentials_.authentication_id = credentials_.authorization_id = "";
  EXPECT_EQ(FirstMessage(),
            "n,,\x01"
            "auth=Bearer alices.token\x01\x01");
}

TEST_P(OauthBearerClientTest, SaysWhereItConnectedTo) {
  context_.server_name = "h.example";
  EXPECT_EQ(FirstMessage(),
            "n,a=alice,\x01host=h.example\x01"
            "auth=Bearer alices.token\x01\x01");
  parameters_ = {{"host", "other.example"}, {"port", "5671"}};
  context_.parameters = parameters_;
  EXPECT_EQ(FirstMessage(),
            "n,a=alice,\x01host=other.example\x01port=5671\x01"
            "auth=Bearer alices.token\x01\x01");
}

TEST_P(OauthBearerClientTest, RefusesAHostOrPortThatIsNone) {
  for (const MechanismParameter& parameter :
       {MechanismParameter{"host", "a b"},
        MechanismParameter{"host",
                           "a\x01"
                           "b"},
        MechanismParameter{"host", std::string(256, 'h')}, MechanismParameter{"port", "0"},
        MechanismParameter{"port", "65536"}, MechanismParameter{"port", "amqps"}}) {
    parameters_ = {parameter};
    context_.parameters = parameters_;
    EXPECT_TRUE(IsRefused()) << parameter.value;
  }
}

TEST_P(OauthBearerClientTest, KnowsItsParametersAlsoWhereTheyAreCritical) {
  parameters_ = {{"host", "h", true}, {"port", "1", true}};
  context_.parameters = parameters_;
  EXPECT_TRUE(CreateClientMechanism(kOauthBearer, context_).ok());
  EXPECT_FALSE(CreateClientMechanism(kXoauth2, context_).ok());
  parameters_ = {{"secure", "true"}};
  context_.parameters = parameters_;
  EXPECT_FALSE(CreateClientMechanism(kOauthBearer, context_).ok());
}

class Xoauth2ClientTest : public OauthClientTest {};

INSTANTIATE_TEST_SUITE_P(OneForm, Xoauth2ClientTest, testing::Values(OauthForm::kXoauth2));

TEST_P(Xoauth2ClientTest, NamesItsUser) {
  EXPECT_EQ(FirstMessage(),
            "user=alice\x01"
            "auth=Bearer alices.token\x01\x01");
  credentials_.authentication_id = "";
  EXPECT_EQ(FirstMessage(),
            "user=\x01"
            "auth=Bearer alices.token\x01\x01");
}

TEST_P(Xoauth2ClientTest, CannotActAsSomebodyElse) {
  credentials_.authorization_id = "alice";
  EXPECT_EQ(FirstMessage(),
            "user=alice\x01"
            "auth=Bearer alices.token\x01\x01");
  credentials_.authorization_id = "bob";
  EXPECT_TRUE(IsRefused());
}

}  // namespace
}  // namespace sallyport
