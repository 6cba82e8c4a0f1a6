#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/sasl/gssapi/accept_step.h"
#include "core/sasl/gssapi/gssapi.h"
#include "core/sasl/gssapi/kerberos_context.h"
#include "core/sasl/gssapi/kerberos_name.h"
#include "core/sasl/gssapi/kerberos_token.h"
#include "core/sasl/gssapi/security_layer.h"
#include "core/sasl/gssapi/unwrap_step.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {
namespace {

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

class GssapiServer : public SequencedServerMechanism {
 public:
  explicit GssapiServer(KerberosSettings settings)
      : SequencedServerMechanism(Opening::kClient), settings_(std::move(settings)) {}

  MechanismProperties properties() const override { return PropertiesOf(context_); }

 private:
  // What a Challenge waits for.
  enum class Awaited : uint8_t { kNothing, kAcknowledgement, kLayerChoice };

  StepResult FirstMessage(std::string_view message) override;
  StepResult NextMessage(std::string_view message) override;
  StepResult OnSlowStep() override;
  StepResult OnCredentials(CredentialsFound found) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  StepResult OnAccepted(std::variant<Failure, Acceptance> result);
  StepResult OnLayerChoice(const std::optional<std::string>& choice);
  StepResult OfferLayers();

  KerberosSettings settings_;
  Awaited awaited_ = Awaited::kNothing;
  // One of the two, while it is under way.
  std::shared_ptr<AcceptStep> accept_;
  std::shared_ptr<UnwrapStep> unwrap_;
  KerberosContext context_;
  std::string layer_offer_;
  CredentialQuery query_;
};

StepResult GssapiServer::FirstMessage(std::string_view message) {
  if (!IsKerberosRequest(message)) {
    return Malformed("the client's token is not one of Kerberos 5");
  }
  accept_ = std::make_shared<AcceptStep>(settings_, message);
  return NeedDerivation{0, accept_};
}

StepResult GssapiServer::OnSlowStep() {
  if (const auto accept = std::exchange(accept_, nullptr)) {
    return OnAccepted(std::move(accept->result()));
  }
  return OnLayerChoice(std::exchange(unwrap_, nullptr)->result());
}

StepResult GssapiServer::OnAccepted(std::variant<Failure, Acceptance> result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return *failure;
  auto& acceptance = std::get<Acceptance>(result);
  context_ = std::move(acceptance.context);
  layer_offer_ = std::move(acceptance.layer_offer);
  if (!AccountNameOf(context_.initiator, settings_.realm).has_value()) {
    return Failure{FailureReason::kKerberosRefused,
                   "the principal's name cannot be the name of an account"};
  }
  if (acceptance.reply.empty()) return OfferLayers();
  awaited_ = Awaited::kAcknowledgement;
  return Challenge{std::move(acceptance.reply)};
}

StepResult GssapiServer::OfferLayers() {
  awaited_ = Awaited::kLayerChoice;
  return Challenge{std::exchange(layer_offer_, {})};
}

StepResult GssapiServer::NextMessage(std::string_view message) {
  if (awaited_ == Awaited::kAcknowledgement) {
    if (!message.empty()) return Malformed("the answer to our token is not empty");
    return OfferLayers();
  }
  // A choice under the client's key alone could have been heard elsewhere: on
  // another replica, whose replay cache is another.
  if (!settings_.allow_one_way && !IsUnderAcceptorSubkey(message)) {
    return Malformed("the choice of a security layer is not wrapped with the key of this exchange");
  }
  unwrap_ = std::make_shared<UnwrapStep>(std::move(context_.token), message);
  return NeedDerivation{0, unwrap_};
}

StepResult GssapiServer::OnLayerChoice(const std::optional<std::string>& choice) {
  if (!choice.has_value()) return Malformed("the choice of a security layer is not well wrapped");
  const auto parsed = ParseLayerChoice(*choice);
  if (const auto* refusal = std::get_if<LayerRefusal>(&parsed)) return Malformed(refusal->what);
  const auto account = AccountNameOf(context_.initiator, settings_.realm);
  if (!account.has_value()) {
    return Failure{FailureReason::kKerberosRefused,
                   "the principal's name cannot be the name of an account"};
  }
  auto names = PrepareNames(*account, std::get<std::string_view>(parsed), kGssapi.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  query_ = std::get<CredentialQuery>(std::move(names));
  return NeedCredentials{0, query_};
}

StepResult GssapiServer::OnCredentials(CredentialsFound found) {
  // The ticket is the credential, and the wrapped choice has proved that the client
  // holds its key.
  if (const auto refusal = RefusalOf(found, true, true)) return Failure{*refusal};
  return Success{IdentityOf(std::move(query_), std::move(found.account))};
}

absl::Status GssapiServer::SaveMessages(StateWriter& state) const {
  state.Number(static_cast<uint64_t>(awaited_));
  SaveContext(context_, state);
  state.Bytes(layer_offer_);
  state.Number(settings_.allow_one_way ? 1 : 0);
  return absl::OkStatus();
}

absl::Status GssapiServer::RestoreMessages(StateReader& state) {
  const uint64_t awaited = state.Number();
  context_ = RestoreContext(state);
  layer_offer_ = state.Bytes();
  // A demand for mutual authentication holds to the end.
  settings_.allow_one_way &= state.Number() == 1;
  if (awaited != static_cast<uint64_t>(Awaited::kAcknowledgement) &&
      awaited != static_cast<uint64_t>(Awaited::kLayerChoice)) {
    state.Fail();
  }
  awaited_ = static_cast<Awaited>(awaited);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateGssapiServer(
    const ServerMechanismContext& context) {
  KerberosSettings settings = context.settings->kerberos;
  if (FindParameter(context.parameters, "mutual") == "true") settings.allow_one_way = false;
  return std::make_unique<GssapiServer>(std::move(settings));
}

}  // namespace sallyport
