#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/amqp/utf8.h"
#include "core/credentials/secret.h"
#include "core/sasl/mechanism_parameter.h"
#include "core/sasl/oauth/bearer_token.h"
#include "core/sasl/oauth/oauth.h"
#include "core/sasl/oauth/oauthbearer_message.h"
#include "core/sasl/oauth/xoauth2_message.h"
#include "core/sasl/prepared_names.h"

namespace sallyport {
namespace {

// What a server says of a refused token is one JSON object. What is in it changes
// nothing.
bool IsErrorReport(std::string_view challenge) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = challenge.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return false;
  const size_t end = challenge.find_last_not_of(kSpace);
  return begin < end && challenge[begin] == '{' && challenge[end] == '}';
}

class OauthClient : public ClientMechanism {
 public:
  // `acknowledgement` answers an error report.
  OauthClient(Secret message, std::string acknowledgement)
      : message_(std::move(message)), acknowledgement_(std::move(acknowledgement)) {}

  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) override;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) override;
  absl::Status SaveState(StateWriter& state) const override;
  absl::Status RestoreState(StateReader& state) override;

 private:
  enum class Turn : uint8_t { kStart, kSent, kRefused, kFailed };

  ServerFault Fail(const char* what) {
    turn_ = Turn::kFailed;
    return ServerFault{what};
  }

  Secret message_;
  const std::string acknowledgement_;
  Turn turn_ = Turn::kStart;
};

absl::StatusOr<ClientStepResult> OauthClient::Step(std::optional<std::string_view> challenge) {
  if (turn_ == Turn::kFailed || challenge.has_value() == (turn_ == Turn::kStart)) {
    return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
  if (turn_ == Turn::kStart) {
    turn_ = Turn::kSent;
    ClientResponse response{std::string(message_.view())};
    message_ = Secret();
    return response;
  }
  if (turn_ == Turn::kRefused) return Fail("a challenge after the server refused the token");
  if (!IsErrorReport(*challenge)) return Fail("a challenge that reports no error");
  turn_ = Turn::kRefused;
  return ClientResponse{acknowledgement_};
}

std::optional<ServerFault> OauthClient::Finish(std::optional<std::string_view>) {
  if (turn_ == Turn::kRefused) return Fail("success after the server refused the token");
  if (turn_ != Turn::kSent) return Fail("success out of turn");
  return std::nullopt;
}

absl::Status OauthClient::SaveState(StateWriter& state) const {
  if (turn_ != Turn::kSent && turn_ != Turn::kRefused) {
    return absl::FailedPreconditionError("the mechanism is not waiting for its server");
  }
  state.Number(static_cast<uint64_t>(turn_));
  return absl::OkStatus();
}

absl::Status OauthClient::RestoreState(StateReader& state) {
  if (turn_ != Turn::kStart) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const uint64_t turn = state.Number();
  if (turn != static_cast<uint64_t>(Turn::kSent) && turn != static_cast<uint64_t>(Turn::kRefused)) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  turn_ = static_cast<Turn>(turn);
  message_ = Secret();
  return absl::OkStatus();
}

bool IsName(std::string_view name) {
  return name.size() <= kMaxFieldSize && amqp::IsUtf8(name) &&
         std::none_of(name.begin(), name.end(),
                      [](char byte) { return static_cast<uint8_t>(byte) < 0x20 || byte == 0x7f; });
}

absl::StatusOr<std::string> OauthBearerMessageFor(const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  const OauthBearerMessage message = {
      .authorization_id = credentials.authorization_id.empty() ? credentials.authentication_id
                                                               : credentials.authorization_id,
      .host = FindParameter(context.parameters, "host").value_or(context.server_name),
      .port = FindParameter(context.parameters, "port").value_or(""),
      .token = credentials.token.view()};
  if (!message.host.empty() && !IsOauthHost(message.host)) {
    return absl::InvalidArgumentError(
        "OAUTHBEARER: host must be up to 255 printable ASCII characters");
  }
  if (!message.port.empty() && !IsOauthPort(message.port)) {
    return absl::InvalidArgumentError("OAUTHBEARER: port must be a number from 1 to 65535");
  }
  return FormatOauthBearerMessage(message);
}

absl::StatusOr<std::string> Xoauth2MessageFor(const ClientCredentials& credentials) {
  if (!credentials.authorization_id.empty() &&
      credentials.authorization_id != credentials.authentication_id) {
    return absl::InvalidArgumentError(
        "XOAUTH2 cannot carry an authorization id: use OAUTHBEARER, or leave it empty");
  }
  return FormatXoauth2Message({credentials.authentication_id, credentials.token.view()});
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateOauthClient(
    OauthForm form, const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  if (!IsBearerToken(credentials.token.view())) {
    return absl::InvalidArgumentError(
        "OAUTHBEARER and XOAUTH2 need a bearer token: letters, digits and -._~+/ with = at the "
        "end, up to 16 KiB");
  }
  if (!IsName(credentials.authentication_id) || !IsName(credentials.authorization_id)) {
    return absl::InvalidArgumentError(
        "OAUTHBEARER and XOAUTH2: names must be UTF-8 without control characters, up to 1024 "
        "bytes each");
  }
  const bool standard = form == OauthForm::kOauthBearer;
  absl::StatusOr<std::string> message =
      standard ? OauthBearerMessageFor(context) : Xoauth2MessageFor(credentials);
  if (!message.ok()) return message.status();
  Secret secret(*message);
  Wipe(&*message);
  return std::make_unique<OauthClient>(std::move(secret),
                                       standard ? std::string(1, kControlA) : std::string());
}

}  // namespace sallyport
