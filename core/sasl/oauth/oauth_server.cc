#include <optional>
#include <string>
#include <utility>

#include "core/sasl/login_verdict.h"
#include "core/sasl/oauth/oauth.h"
#include "core/sasl/oauth/oauthbearer_message.h"
#include "core/sasl/oauth/xoauth2_message.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {
namespace {

// One for every refusal: what exactly is wrong is not for the peer to know.
constexpr std::string_view kOauthBearerError = R"({"status":"invalid_token"})";
constexpr std::string_view kXoauth2Error = R"({"status":"401","schemes":"bearer","scope":""})";

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

bool IsClientsFault(FailureReason reason) { return CodeFor(reason) == amqp::SaslCode::kAuth; }

class OauthServer : public SequencedServerMechanism {
 public:
  OauthServer(OauthForm form, const ServerMechanismSettings& settings)
      : SequencedServerMechanism(Opening::kClient),
        form_(form),
        error_as_challenge_(settings.token_error_as_challenge) {}

  MechanismProperties properties() const override { return properties_; }

 private:
  StepResult FirstMessage(std::string_view message) override;
  StepResult NextMessage(std::string_view message) override;
  StepResult OnCredentials(CredentialsFound found) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  StepResult ReadOauthBearer(std::string_view message);
  StepResult ReadXoauth2(std::string_view message);
  StepResult Ask(std::string_view user, std::string_view authorization_id, std::string_view token);
  StepResult Refuse(FailureReason reason, const char* what);

  const OauthForm form_;
  const bool error_as_challenge_;
  // Without its token.
  CredentialQuery query_;
  MechanismProperties properties_;
  // What the end is, while an error challenge waits for its answer.
  FailureReason refusal_ = FailureReason::kTokenInvalid;
  const char* what_ = nullptr;
};

StepResult OauthServer::FirstMessage(std::string_view message) {
  return form_ == OauthForm::kOauthBearer ? ReadOauthBearer(message) : ReadXoauth2(message);
}

StepResult OauthServer::ReadOauthBearer(std::string_view message) {
  const auto parsed = ParseOauthBearerMessage(message);
  if (const auto* error = std::get_if<OauthSyntaxError>(&parsed)) return Malformed(error->what);
  const auto& bearer = std::get<OauthBearerMessage>(parsed);
  if (!bearer.host.empty()) properties_.push_back({"host", std::string(bearer.host)});
  if (!bearer.port.empty()) properties_.push_back({"port", std::string(bearer.port)});
  return Ask("", bearer.authorization_id, bearer.token);
}

StepResult OauthServer::ReadXoauth2(std::string_view message) {
  const auto parsed = ParseXoauth2Message(message);
  if (!parsed.has_value()) return Malformed("not user=name ^A auth=Bearer token ^A ^A");
  return Ask(parsed->user, "", parsed->token);
}

StepResult OauthServer::Ask(std::string_view user, std::string_view authorization_id,
                            std::string_view token) {
  const MechanismDescriptor& descriptor =
      form_ == OauthForm::kOauthBearer ? kOauthBearer : kXoauth2;
  auto names = PrepareClaims(user, authorization_id, descriptor.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  if (token.empty()) return Refuse(FailureReason::kTokenInvalid, "the client sent no token");
  query_ = std::get<CredentialQuery>(std::move(names));
  NeedCredentials need{0, query_};
  need.query.token = Secret(token);
  return need;
}

StepResult OauthServer::OnCredentials(CredentialsFound found) {
  if (const auto refusal = RefusalOf(found, /*usable=*/true, found.vouched_by_token)) {
    return Refuse(*refusal, found.what);
  }
  const std::string& name = found.account->authentication_id;
  if (name.empty()) return Failure{FailureReason::kInternal, "the token's account has no name"};
  const std::string& claimed = query_.authentication_id;
  if (!claimed.empty() && claimed != name && claimed != found.vouched_name) {
    return Refuse(FailureReason::kAuthzidNotAllowed, "the token is another user's");
  }
  return Success{IdentityOf(std::move(query_), std::move(found.account))};
}

StepResult OauthServer::Refuse(FailureReason reason, const char* what) {
  if (!error_as_challenge_ || !IsClientsFault(reason)) return Failure{reason, what};
  refusal_ = reason;
  what_ = what;
  return Challenge{
      std::string(form_ == OauthForm::kOauthBearer ? kOauthBearerError : kXoauth2Error)};
}

// The client can only acknowledge: ^A in OAUTHBEARER, nothing in XOAUTH2.
StepResult OauthServer::NextMessage(std::string_view) { return Failure{refusal_, what_}; }

absl::Status OauthServer::SaveMessages(StateWriter& state) const {
  state.Number(static_cast<uint64_t>(refusal_));
  return absl::OkStatus();
}

absl::Status OauthServer::RestoreMessages(StateReader& state) {
  const uint64_t number = state.Number();
  refusal_ = static_cast<FailureReason>(number);
  if (number != static_cast<uint64_t>(refusal_) || !IsClientsFault(refusal_)) state.Fail();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateOauthServer(
    OauthForm form, const ServerMechanismContext& context) {
  return std::make_unique<OauthServer>(form, *context.settings);
}

}  // namespace sallyport
