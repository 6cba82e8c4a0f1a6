// The Exchange RPC: SASL without AMQP's frames.

#include <grpcpp/impl/codegen/byte_buffer.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/credentials/key_derivation.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

v1::ExchangeRequest StartRequest(const std::string& mechanism,
                                 std::optional<std::string> initial_response) {
  v1::ExchangeRequest request;
  v1::ExchangeStart* start = request.mutable_start();
  start->mutable_context()->set_listener("mail");
  start->mutable_context()->mutable_tls()->set_version("TLSv1.3");
  start->mutable_context()->set_resumable(true);
  start->set_hostname("mail.example.com");
  start->set_mechanism(mechanism);
  if (initial_response) start->set_initial_response(*initial_response);
  return request;
}

v1::ExchangeRequest ResponseRequest(const std::string& response) {
  v1::ExchangeRequest request;
  request.set_response(response);
  return request;
}

// One Exchange call.
class Call {
 public:
  explicit Call(v1::Authenticator::Stub& stub) : stream_(stub.Exchange(&context_)) {}
  ~Call() {
    if (!finished_) context_.TryCancel();
    if (!finished_) Finish();
  }

  void Send(const v1::ExchangeRequest& request) { stream_->Write(request); }

  // Next is the service's next message; nullopt: there is none.
  std::optional<v1::ExchangeResponse> Next() {
    v1::ExchangeResponse response;
    if (!stream_->Read(&response)) return std::nullopt;
    return response;
  }

  void HalfClose() { stream_->WritesDone(); }

  grpc::Status Finish() {
    finished_ = true;
    while (Next()) {
    }
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ExchangeRequest, v1::ExchangeResponse>> stream_;
  bool finished_ = false;
};

// The client's side of a mechanism.
class Client {
 public:
  Client(std::string_view mechanism, std::string password)
      : credentials_{kUser, "", Secret(password)} {
    auto created = FindMechanism(mechanism)->create_client(
        {.credentials = &credentials_, .random = &SystemRandom()});
    EXPECT_TRUE(created.ok());
    mechanism_ = *std::move(created);
  }

  std::string Step(std::optional<std::string_view> challenge) {
    auto step = mechanism_->Step(challenge);
    while (step.ok() && std::holds_alternative<NeedDerivation>(*step)) {
      const auto& need = std::get<NeedDerivation>(*step);
      step = mechanism_->Resume(need.ticket, Derive(need.work));
    }
    EXPECT_TRUE(step.ok() && std::holds_alternative<ClientResponse>(*step));
    return std::get<ClientResponse>(*step).bytes.value_or("");
  }

  bool Trusts(const std::string& final_data) { return !mechanism_->Finish(final_data).has_value(); }

 private:
  ClientCredentials credentials_;
  std::unique_ptr<ClientMechanism> mechanism_;
};

std::string PlainMessage(const std::string& password) {
  return std::string("\0", 1) + kUser + std::string("\0", 1) + password;
}

class ExchangeTest : public testing::Test {
 protected:
  v1::ExchangeOutcome OutcomeOf(Call& call) {
    const auto response = call.Next();
    EXPECT_TRUE(response && response->has_outcome());
    return response ? response->outcome() : v1::ExchangeOutcome();
  }

  void ExpectMistake(Call& call) {
    EXPECT_EQ(call.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }

  RunningService running_;
};

TEST_F(ExchangeTest, LogsInByScramAndProvesItself) {
  Call call(running_.stub());
  Client client("SCRAM-SHA-256", kPassword);
  call.Send(StartRequest("SCRAM-SHA-256", client.Step(std::nullopt)));
  const auto challenge = call.Next();
  ASSERT_TRUE(challenge && challenge->has_challenge());
  call.Send(ResponseRequest(client.Step(challenge->challenge())));
  const v1::ExchangeOutcome outcome = OutcomeOf(call);
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_OK);
  EXPECT_EQ(outcome.identity().authentication_id(), kUser);
  EXPECT_EQ(outcome.identity().mechanism(), "SCRAM-SHA-256");
  EXPECT_NE(outcome.handshake_id(), "");
  ASSERT_TRUE(outcome.has_final_data());
  EXPECT_TRUE(client.Trusts(outcome.final_data()));
  EXPECT_TRUE(call.Finish().ok());
}

TEST_F(ExchangeTest, LogsInByPlainWithoutFinalData) {
  Call call(running_.stub());
  call.Send(StartRequest("PLAIN", PlainMessage(kPassword)));
  const v1::ExchangeOutcome outcome = OutcomeOf(call);
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_OK);
  EXPECT_FALSE(outcome.has_final_data());
  EXPECT_TRUE(call.Finish().ok());
}

TEST_F(ExchangeTest, TellsAnAbsentInitialResponseFromAnEmptyOne) {
  Call absent(running_.stub());
  absent.Send(StartRequest("PLAIN", std::nullopt));
  const auto challenge = absent.Next();
  ASSERT_TRUE(challenge && challenge->has_challenge());
  EXPECT_EQ(challenge->challenge(), "");
  absent.Send(ResponseRequest(PlainMessage(kPassword)));
  EXPECT_EQ(OutcomeOf(absent).code(), v1::SASL_CODE_OK);

  Call empty(running_.stub());
  empty.Send(StartRequest("PLAIN", ""));
  EXPECT_EQ(OutcomeOf(empty).reason(), v1::FAILURE_REASON_MALFORMED_MESSAGE);
}

TEST_F(ExchangeTest, RefusesByAnOutcomeOnAHealthyCall) {
  Call wrong(running_.stub());
  wrong.Send(StartRequest("PLAIN", PlainMessage("guess")));
  const v1::ExchangeOutcome outcome = OutcomeOf(wrong);
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_AUTH);
  EXPECT_EQ(outcome.reason(), v1::FAILURE_REASON_BAD_CREDENTIALS);
  EXPECT_FALSE(outcome.has_identity());
  EXPECT_FALSE(outcome.has_final_data());
  EXPECT_TRUE(wrong.Finish().ok());

  Call unknown(running_.stub());
  unknown.Send(StartRequest("X-UNKNOWN", ""));
  EXPECT_EQ(OutcomeOf(unknown).reason(), v1::FAILURE_REASON_MECHANISM_NOT_OFFERED);
  EXPECT_TRUE(unknown.Finish().ok());
}

TEST_F(ExchangeTest, EndsACallThatIsMistaken) {
  Call early(running_.stub());
  early.Send(ResponseRequest("x"));
  ExpectMistake(early);

  Call second(running_.stub());
  second.Send(StartRequest("PLAIN", std::nullopt));
  ASSERT_TRUE(second.Next());
  second.Send(StartRequest("PLAIN", std::nullopt));
  ExpectMistake(second);

  Call empty(running_.stub());
  empty.Send(v1::ExchangeRequest());
  ExpectMistake(empty);

  Call parameter(running_.stub());
  v1::ExchangeRequest critical = StartRequest("PLAIN", PlainMessage(kPassword));
  v1::Parameter* unknown = critical.mutable_start()->add_parameters();
  unknown->set_name("nobody-knows-it");
  unknown->set_critical(true);
  parameter.Send(critical);
  ExpectMistake(parameter);
}

TEST_F(ExchangeTest, IgnoresAnUnknownParameterThatIsNotCritical) {
  Call call(running_.stub());
  v1::ExchangeRequest request = StartRequest("PLAIN", PlainMessage(kPassword));
  request.mutable_start()->add_parameters()->set_name("nobody-knows-it");
  call.Send(request);
  EXPECT_EQ(OutcomeOf(call).code(), v1::SASL_CODE_OK);
}

TEST_F(ExchangeTest, KeepsToWhatTheCallDemands) {
  const auto demanding = [](std::string_view name, const std::string& value) {
    v1::ExchangeRequest request = StartRequest("PLAIN", PlainMessage(kPassword));
    v1::Parameter* parameter = request.mutable_start()->add_parameters();
    parameter->set_name(std::string(name));
    parameter->set_value(value);
    return request;
  };
  for (const std::string_view name : {"mutual", "secure"}) {
    Call kept(running_.stub());
    kept.Send(demanding(name, "false"));
    EXPECT_EQ(OutcomeOf(kept).code(), v1::SASL_CODE_OK) << name;
    for (const std::string value : {"true", "yes"}) {
      Call refused(running_.stub());
      refused.Send(demanding(name, value));
      ExpectMistake(refused);
    }
  }
}

TEST_F(ExchangeTest, RefusesAValueThatTheMechanismCannotUse) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "mechanisms: [DIGEST-MD5]");
  RunningService running(config);
  for (const std::string& realm : {std::string(), std::string(300, 'r')}) {
    Call call(running.stub());
    v1::ExchangeRequest request = StartRequest("DIGEST-MD5", std::nullopt);
    v1::Parameter* parameter = request.mutable_start()->add_parameters();
    parameter->set_name("realm");
    parameter->set_value(realm);
    call.Send(request);
    ExpectMistake(call);
  }
}

TEST_F(ExchangeTest, LetsNobodyElseChooseTheNonce) {
  for (const bool critical : {false, true}) {
    Call call(running_.stub());
    v1::ExchangeRequest request = StartRequest("SCRAM-SHA-256", "n,,n=alice,r=abc");
    v1::Parameter* nonce = request.mutable_start()->add_parameters();
    nonce->set_name("nonce");
    nonce->set_value("chosen");
    nonce->set_critical(critical);
    call.Send(request);
    if (critical) {
      ExpectMistake(call);
      continue;
    }
    const std::optional<v1::ExchangeResponse> response = call.Next();
    ASSERT_TRUE(response.has_value());
    EXPECT_TRUE(response->challenge().starts_with("r=abc"));
    EXPECT_EQ(response->challenge().find("chosen"), std::string::npos);
  }
}

TEST_F(ExchangeTest, AuthenticatesNobodyWhereTheCallIsAbandoned) {
  Call call(running_.stub());
  call.Send(StartRequest("PLAIN", std::nullopt));
  ASSERT_TRUE(call.Next());
  call.HalfClose();
  EXPECT_FALSE(call.Next());
  EXPECT_TRUE(call.Finish().ok());
}

TEST_F(ExchangeTest, HasLimits) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "limits: {max_frame_size: 512, max_handshake_bytes: 1KiB}");
  RunningService running(config);
  Call large(running.stub());
  large.Send(StartRequest("PLAIN", std::string(513, 'x')));
  EXPECT_EQ(OutcomeOf(large).reason(), v1::FAILURE_REASON_TOO_LARGE);

  UseRules(&config, "limits: {max_steps: 2}");
  config.admin_socket += "2";
  RunningService one_step(config);
  Call steps(one_step.stub());
  steps.Send(StartRequest("SCRAM-SHA-256", std::nullopt));
  ASSERT_TRUE(steps.Next());
  steps.Send(ResponseRequest("n,,n=alice,r=abc"));
  ASSERT_TRUE(steps.Next());
  steps.Send(ResponseRequest("c=biws"));
  EXPECT_EQ(OutcomeOf(steps).reason(), v1::FAILURE_REASON_TOO_MANY_STEPS);
}

TEST_F(ExchangeTest, TimesOut) {
  ServerConfig config = ScratchConfig();
  config.quotas.handshake_timeout = std::chrono::milliseconds(100);
  RunningService running(config);
  Call begun(running.stub());
  begun.Send(StartRequest("PLAIN", std::nullopt));
  ASSERT_TRUE(begun.Next());
  const v1::ExchangeOutcome outcome = OutcomeOf(begun);
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_EQ(outcome.reason(), v1::FAILURE_REASON_TIMED_OUT);
  Call silent(running.stub());
  EXPECT_EQ(silent.Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

class ResumedExchange : public ExchangeTest {
 protected:
  // Takes `client` to its challenge, which it answers elsewhere.
  void Challenge(Call& call, Client& client) {
    call.Send(StartRequest("SCRAM-SHA-256", client.Step(std::nullopt)));
    const auto challenge = call.Next();
    ASSERT_TRUE(challenge && challenge->has_challenge());
    token_ = challenge->resume_token();
    EXPECT_NE(token_, "");
    answer_ = client.Step(challenge->challenge());
  }

  v1::ExchangeRequest ResumeRequest(const std::string& mechanism = "SCRAM-SHA-256") const {
    v1::ExchangeRequest request = StartRequest(mechanism, std::nullopt);
    request.mutable_start()->set_resume_token(token_);
    return request;
  }

  std::string token_;
  std::string answer_;
};

TEST_F(ResumedExchange, GoesOnInAnotherCallOnce) {
  Call first(running_.stub());
  Client client("SCRAM-SHA-256", kPassword);
  Challenge(first, client);
  Call second(running_.stub());
  second.Send(ResumeRequest());
  second.Send(ResponseRequest(answer_));
  const v1::ExchangeOutcome outcome = OutcomeOf(second);
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_OK);
  EXPECT_TRUE(client.Trusts(outcome.final_data()));

  Call third(running_.stub());
  third.Send(ResumeRequest());
  EXPECT_EQ(OutcomeOf(third).reason(), v1::FAILURE_REASON_RESUME_REFUSED);
  first.Send(ResponseRequest(answer_));
  EXPECT_EQ(OutcomeOf(first).reason(), v1::FAILURE_REASON_RESUME_REFUSED);
}

TEST_F(ResumedExchange, IsOfTheSameMechanismAndWithoutAnInitialResponse) {
  Call first(running_.stub());
  Client client("SCRAM-SHA-256", kPassword);
  Challenge(first, client);
  Call other(running_.stub());
  other.Send(ResumeRequest("SCRAM-SHA-512"));
  ExpectMistake(other);
  Call initial(running_.stub());
  v1::ExchangeRequest request = ResumeRequest();
  request.mutable_start()->set_initial_response("");
  initial.Send(request);
  ExpectMistake(initial);
}

TEST_F(ResumedExchange, IsBoundToItsContextHostAndRpc) {
  Call first(running_.stub());
  Client client("SCRAM-SHA-256", kPassword);
  Challenge(first, client);
  Call other_host(running_.stub());
  v1::ExchangeRequest request = ResumeRequest();
  request.mutable_start()->set_hostname("other.example.com");
  other_host.Send(request);
  EXPECT_EQ(OutcomeOf(other_host).code(), v1::SASL_CODE_AUTH);
  Call other_listener(running_.stub());
  request = ResumeRequest();
  request.mutable_start()->mutable_context()->set_listener("amqp");
  other_listener.Send(request);
  EXPECT_EQ(OutcomeOf(other_listener).reason(), v1::FAILURE_REASON_RESUME_REFUSED);

  RawStream handshakes(running_.stub());
  v1::ConnectionInput input;
  input.set_connection_id(1);
  *input.mutable_open() = ResumeRequest().start().context();
  input.set_resume_token(token_);
  handshakes.SendOne(input);
  ASSERT_TRUE(handshakes.ReadUntilOutcome(1));
  EXPECT_EQ(handshakes.Of(1).outcome->reason(), v1::FAILURE_REASON_RESUME_REFUSED);
}

}  // namespace
}  // namespace sallyport::server
