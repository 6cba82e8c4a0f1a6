#include "core/handshake/sasl_exchange.h"

#include <utility>

#include "absl/status/status.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/login_verdict.h"

namespace sallyport {
namespace {

// Of the only query that is not a mechanism's.
constexpr uint64_t kFinalLookupTicket = 1;

}  // namespace

SaslExchange::SaslExchange(std::shared_ptr<const MechanismOffer> offer,
                           const ServerMechanismContext& context, bool final_data_as_challenge)
    : offer_(std::move(offer)),
      context_(context),
      final_data_as_challenge_(final_data_as_challenge) {
  context_.plus_offered = offer_->plus_offered();
}

void SaslExchange::KeepTo(const LoginTerms& terms) {
  context_.settings = terms.settings;
  context_.channel_bindings = terms.channel_bindings;
  context_.decoy_realm = terms.decoy_realm;
  narrowed_ = terms.offer;
  if (terms.limits != nullptr) final_data_as_challenge_ = terms.limits->final_data_as_challenge;
}

std::optional<FailureReason> SaslExchange::Choose(std::string_view mechanism) {
  for (const MechanismOffer* offer : {offer_.get(), narrowed_}) {
    if (offer == nullptr) continue;
    chosen_ = offer->Find(mechanism);
    if (chosen_ == nullptr) return offer->ReasonAgainst(mechanism);
  }
  return std::nullopt;
}

ExchangeStep SaslExchange::Begin(std::string_view mechanism,
                                 std::optional<std::string_view> initial_response) {
  if (turn_ != Turn::kBegin) return Fail(FailureReason::kInternal, "a second begin");
  // SRS_SASL_SERVER_IO_01_082 SRS_SASL_SERVER_IO_01_099
  // SRS_SASL_SERVER_IO_01_100
  if (const auto reason = Choose(mechanism)) return Fail(*reason, nullptr);
  auto created = CreateServerMechanism(*chosen_, context_);
  if (!created.ok()) return Fail(FailureReason::kInternal, "the mechanism cannot be made");
  mechanism_ = *std::move(created);
  // SRS_SASL_SERVER_IO_01_061 SRS_SASL_SERVER_IO_01_101
  return Apply(mechanism_->Step(initial_response));
}

ExchangeStep SaslExchange::Respond(std::string_view response) {
  // SRS_SASL_SERVER_IO_01_061 SRS_SASL_SERVER_IO_01_088 SRS_SASL_SERVER_IO_01_106
  if (turn_ == Turn::kResponse) return Apply(mechanism_->Step(response));
  if (turn_ != Turn::kFinalAnswer && turn_ != Turn::kRestoredFinalAnswer) {
    return Fail(FailureReason::kInternal, "a response that was not asked for");
  }
  if (!response.empty()) {
    return Fail(FailureReason::kMalformedMessage, "the answer to the final data is not empty");
  }
  if (turn_ == Turn::kRestoredFinalAnswer) return LookUpAgain();
  turn_ = Turn::kEnded;
  return *std::exchange(accepted_, std::nullopt);
}

ExchangeStep SaslExchange::LookUpAgain() {
  turn_ = Turn::kFinalLookup;
  awaited_ticket_ = kFinalLookupTicket;
  const Identity& identity = *accepted_->identity;
  const bool acts_as_itself = identity.authorization_id == identity.authentication_id;
  return NeedCredentials{
      awaited_ticket_,
      {.authentication_id = identity.authentication_id,
       .authorization_id = acts_as_itself ? std::string() : identity.authorization_id,
       .mechanism = chosen_->name}};
}

// The client proved itself where the state was saved; whether it may log in is
// for the store to say once more.
ExchangeStep SaslExchange::SucceedAgain(CredentialAnswer answer) {
  if (const auto* unavailable = std::get_if<CredentialsUnavailable>(&answer)) {
    return Fail(unavailable->reason, nullptr);
  }
  auto& found = std::get<CredentialsFound>(answer);
  if (const auto refusal = RefusalOf(found, /*usable=*/true, /*proven=*/true)) {
    return Fail(*refusal, nullptr);
  }
  const Account& account = *found.account;
  if (account.store != proved_.store || account.tenant != proved_.tenant ||
      account.revision != proved_.revision) {
    return Fail(FailureReason::kResumeRefused, "the account is not the one that was proved");
  }
  turn_ = Turn::kEnded;
  HandshakeOutcome outcome = *std::exchange(accepted_, std::nullopt);
  outcome.identity->account = std::move(found.account);
  return outcome;
}

ExchangeStep SaslExchange::Apply(absl::StatusOr<StepResult> result) {
  if (!result.ok()) {
    return Fail(FailureReason::kInternal, "the mechanism was called out of turn");
  }
  if (auto* challenge = std::get_if<Challenge>(&*result)) {
    turn_ = Turn::kResponse;
    return std::move(*challenge);
  }
  if (auto* need = std::get_if<NeedCredentials>(&*result)) {
    turn_ = Turn::kCredentials;
    awaited_ticket_ = need->ticket;
    return std::move(*need);
  }
  if (auto* need = std::get_if<NeedDerivation>(&*result)) {
    turn_ = Turn::kDerivation;
    awaited_ticket_ = need->ticket;
    return std::move(*need);
  }
  if (auto* need = std::get_if<NeedSession>(&*result)) {
    turn_ = Turn::kSession;
    awaited_ticket_ = need->ticket;
    return std::move(*need);
  }
  if (auto* success = std::get_if<Success>(&*result)) {
    return Succeed(std::move(*success), mechanism_->properties());
  }
  const Failure& failure = std::get<Failure>(*result);
  return Fail(failure.reason, failure.what);
}

ExchangeStep SaslExchange::Succeed(Success success, MechanismProperties properties) {
  mechanism_.reset();
  if (final_data_as_challenge_ && success.additional_data.has_value()) {
    turn_ = Turn::kFinalAnswer;
    Challenge last{*std::exchange(success.additional_data, std::nullopt)};
    accepted_ = Accept(std::move(success), std::move(properties));
    return last;
  }
  turn_ = Turn::kEnded;
  // SRS_SASL_SERVER_IO_01_111 SRS_SASL_SERVER_IO_01_114
  return Accept(std::move(success), std::move(properties));
}

HandshakeOutcome SaslExchange::Accept(Success success, MechanismProperties properties) {
  return {.code = amqp::SaslCode::kOk,
          .identity = std::move(success.identity),
          .final_data = std::move(success.additional_data),
          .properties = std::move(properties),
          .session = std::move(success.session),
          .password = std::move(success.password)};
}

HandshakeOutcome SaslExchange::Fail(FailureReason reason, const char* what) {
  turn_ = Turn::kEnded;
  mechanism_.reset();
  accepted_.reset();
  // SRS_SASL_SERVER_IO_01_112
  return {.code = CodeFor(reason), .reason = reason, .what = what};
}

template <typename Answer>
absl::StatusOr<ExchangeStep> SaslExchange::ResumeWith(Turn turn, uint64_t ticket, Answer answer) {
  if (turn_ != turn || ticket != awaited_ticket_) {
    return absl::FailedPreconditionError("the exchange does not wait for this answer");
  }
  return Apply(mechanism_->Resume(ticket, std::move(answer)));
}

absl::StatusOr<ExchangeStep> SaslExchange::Resume(uint64_t ticket, CredentialAnswer answer) {
  if (turn_ == Turn::kFinalLookup && ticket == awaited_ticket_) {
    return SucceedAgain(std::move(answer));
  }
  return ResumeWith(Turn::kCredentials, ticket, std::move(answer));
}

absl::StatusOr<ExchangeStep> SaslExchange::Resume(uint64_t ticket, DerivationAnswer answer) {
  return ResumeWith(Turn::kDerivation, ticket, std::move(answer));
}

absl::StatusOr<ExchangeStep> SaslExchange::Resume(uint64_t ticket, SessionAnswer answer) {
  return ResumeWith(Turn::kSession, ticket, std::move(answer));
}

absl::Status SaslExchange::SaveState(StateWriter& state) const {
  const bool proven = turn_ == Turn::kFinalAnswer || turn_ == Turn::kRestoredFinalAnswer;
  if (turn_ != Turn::kResponse && !proven) {
    return absl::FailedPreconditionError("the exchange does not wait for its client");
  }
  state.Bytes(chosen_->name);
  state.Number(proven ? 1 : 0);
  if (!proven) return mechanism_->SaveState(state);
  const Identity& identity = *accepted_->identity;
  state.Bytes(identity.authentication_id);
  state.Bytes(identity.authorization_id);
  state.Number(identity.channel_bound ? 1 : 0);
  // Where it was restored itself, it is not looked up yet.
  const Proved proved =
      identity.account == nullptr
          ? proved_
          : Proved{identity.account->store, identity.account->tenant, identity.account->revision};
  state.Bytes(proved.store);
  state.Bytes(proved.tenant);
  state.Number(static_cast<uint64_t>(proved.revision));
  return absl::OkStatus();
}

absl::Status SaslExchange::RestoreState(StateReader& state) {
  if (turn_ != Turn::kBegin) return absl::FailedPreconditionError("the exchange has begun");
  if (Choose(state.Bytes())) {
    return absl::InvalidArgumentError("the mechanism of the state is not offered");
  }
  if (state.Number() == 0) {
    turn_ = Turn::kResponse;
    auto created = CreateServerMechanism(*chosen_, context_);
    if (!created.ok()) return created.status();
    mechanism_ = *std::move(created);
    return mechanism_->RestoreState(state);
  }
  turn_ = Turn::kRestoredFinalAnswer;
  accepted_ = Accept({.identity = {.authentication_id = std::string(state.Bytes()),
                                   .authorization_id = std::string(state.Bytes()),
                                   .mechanism = chosen_->name,
                                   .channel_bound = state.Number() == 1,
                                   .account = nullptr}},
                     {});
  proved_.store = state.Bytes();
  proved_.tenant = state.Bytes();
  proved_.revision = static_cast<int64_t>(state.Number());
  return absl::OkStatus();
}

}  // namespace sallyport
