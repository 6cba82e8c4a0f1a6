#include "tests/core/handshake/server_session.h"

#include <cstdlib>
#include <utility>

#include "tests/core/handshake/frame_bytes.h"

namespace sallyport {
namespace {

ServerMechanismContext ContextOf(const ServerSetup& setup, RandomSource& random) {
  return {.settings = &setup.settings,
          .random = &random,
          .channel_bindings = setup.channel_bindings,
          .peer_certificate = setup.peer_certificate};
}

std::vector<const MechanismDescriptor*> Descriptors(const std::vector<std::string_view>& names) {
  std::vector<const MechanismDescriptor*> found;
  for (const std::string_view name : names) found.push_back(FindMechanism(name));
  return found;
}

CredentialAnswer AnswerOf(const ServerSetup& setup, const CredentialQuery& query) {
  if (setup.outage.has_value()) return CredentialsUnavailable{*setup.outage};
  const bool by_token = !query.token.empty();
  const auto& known = by_token ? setup.tokens : setup.accounts;
  const auto entry = known.find(by_token ? query.token.view() : query.authentication_id);
  if (entry == known.end()) return CredentialsFound{};
  CredentialsFound found = entry->second;
  found.vouched_by_token = by_token;
  return found;
}

// Whether an outcome's frame was sent at all.
bool IsToldToTheClient(const HandshakeOutcome& outcome) {
  return outcome.reason != FailureReason::kProtocolHeader &&
         outcome.reason != FailureReason::kBrokerFault;
}

}  // namespace

bool RepeatableRandom::Fill(std::span<char> out) {
  for (char& byte : out) {
    state_ = state_ * 1664525 + 1013904223;
    byte = static_cast<char>(state_ >> 24);
  }
  return true;
}

ServerMechanismSettings ServerSetup::CheapSettings() {
  ServerMechanismSettings settings;
  settings.decoy_key = Secret("the key of decoys");
  settings.decoy_schemes = {"CLEARTEXT"};
  settings.digest_realm = "realm.test";
  return settings;
}

std::shared_ptr<const MechanismOffer> OfferOf(const std::vector<std::string_view>& names,
                                              const std::vector<std::string_view>& withheld) {
  auto offer = MechanismOffer::Create(Descriptors(names), Descriptors(withheld));
  if (!offer.ok()) std::abort();
  return *offer;
}

CredentialsFound AccountOf(std::string_view name, std::string_view password,
                           const std::vector<std::string_view>& schemes,
                           const CredentialCosts& costs) {
  RepeatableRandom random(2);
  auto account = std::make_shared<Account>();
  account->authentication_id = std::string(name);
  for (const std::string_view scheme : schemes) {
    auto credential = NewCredential(scheme, password, costs, random);
    if (!credential.ok()) std::abort();
    account->credentials.push_back({*std::move(credential), std::nullopt});
  }
  return {std::move(account), std::nullopt};
}

ServerSession::ServerSession(const ServerSetup& setup)
    : setup_(setup), handshake_(setup.offer, setup.limits, ContextOf(setup, random_)) {
  handshake_.Start(&sent_);
}

ServerSession::ServerSession(const ServerSetup& setup, std::string_view saved)
    : setup_(setup), handshake_(setup.offer, setup.limits, ContextOf(setup, random_)) {
  StateReader state(saved);
  if (!handshake_.RestoreState(state).ok()) inconsistency_ = "the state was refused";
  given_ = handshake_.consumed();
}

std::string ServerSession::Save() const {
  StateWriter state;
  if (!handshake_.SaveState(state).ok()) return "";
  return std::string(state.view());
}

void ServerSession::Receive(std::string_view bytes) {
  given_ += bytes.size();
  // Exactly the size of the piece, so that AddressSanitizer sees a view that outlives it.
  const std::vector<char> piece(bytes.begin(), bytes.end());
  Take(handshake_.Receive({piece.data(), piece.size()}, &sent_));
}

void ServerSession::AnswerAll() {
  while (true) {
    const HandshakeStep need = std::exchange(pending_, WaitForClient{});
    absl::StatusOr<HandshakeStep> step = absl::UnknownError("nothing is needed");
    if (const auto* credentials = std::get_if<NeedCredentials>(&need)) {
      step = handshake_.Resume(credentials->ticket, AnswerOf(setup_, credentials->query), &sent_);
    } else if (const auto* derivation = std::get_if<NeedDerivation>(&need)) {
      step = handshake_.Resume(derivation->ticket, Derive(derivation->work), &sent_);
    } else if (const auto* session = std::get_if<NeedSession>(&need)) {
      const auto known = setup_.sessions.find(session->id);
      step = handshake_.Resume(session->ticket,
                               known == setup_.sessions.end() ? SessionAnswer(SessionUnknown{})
                                                              : SessionAnswer(known->second),
                               &sent_);
    } else {
      return;
    }
    if (!step.ok()) {
      inconsistency_ = "an answer was refused";
      return;
    }
    Take(*std::move(step));
  }
}

void ServerSession::Fail(FailureReason reason) {
  auto outcome = handshake_.Fail(reason, &sent_);
  if (!outcome.ok()) {
    inconsistency_ = "the host could not end the handshake";
    return;
  }
  Take(*std::move(outcome));
}

void ServerSession::Take(HandshakeStep step) {
  if (std::holds_alternative<WaitForClient>(step)) return;
  if (outcome_.has_value()) inconsistency_ = "a step after the outcome";
  if (auto* outcome = std::get_if<HandshakeOutcome>(&step)) {
    outcome_ = std::move(*outcome);
    pending_ = WaitForClient{};
  } else {
    pending_ = std::move(step);
  }
}

std::string ServerSession::TakeUnread() { return sent_.substr(std::exchange(read_, sent_.size())); }

SessionResult ServerSession::Result() const {
  return {sent_, handshake_.consumed(), handshake_.hostname(),
          outcome_.has_value() ? OutcomeText(*outcome_) : ""};
}

std::string ServerSession::Inconsistency() const {
  if (!inconsistency_.empty()) return inconsistency_;
  if (handshake_.consumed() > given_) return "more was consumed than was given";
  const std::vector<std::string> frames = ReadFrames(sent_);
  const bool outcome_sent = !frames.empty() && frames.back().starts_with("outcome ");
  if (handshake_.ended() != outcome_.has_value()) return "ended is not about the outcome";
  if (!outcome_.has_value()) return outcome_sent ? "an outcome was sent, none returned" : "";
  const bool success = outcome_->code == amqp::SaslCode::kOk;
  if (outcome_->identity.has_value() != success) return "an identity without success";
  if (outcome_->reason.has_value() == success) return "a reason beside success";
  if (outcome_->reason.has_value() && CodeFor(*outcome_->reason) != outcome_->code) {
    return "the code is not that of the reason";
  }
  if (!IsToldToTheClient(*outcome_)) return outcome_sent ? "the client was told" : "";
  const std::string code = "outcome " + std::to_string(static_cast<int>(outcome_->code));
  if (!frames.back().starts_with(code)) return "another code was sent";
  return "";
}

std::string OutcomeText(const HandshakeOutcome& outcome) {
  std::string text = "code " + std::to_string(static_cast<int>(outcome.code));
  if (outcome.reason.has_value()) {
    text.append(" ").append(ReasonName(*outcome.reason));
    if (outcome.what != nullptr) text.append(": ").append(outcome.what);
  }
  if (outcome.identity.has_value()) {
    const Identity& identity = *outcome.identity;
    text.append(" ").append(identity.authentication_id).append(" as ");
    text.append(identity.authorization_id).append(" by ").append(identity.mechanism);
    if (identity.channel_bound) text.append(", bound");
  }
  return text;
}

}  // namespace sallyport
