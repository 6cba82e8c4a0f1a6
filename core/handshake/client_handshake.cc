#include "core/handshake/client_handshake.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/amqp/protocol_header.h"
#include "core/sasl/create_mechanism.h"

namespace sallyport {

ClientHandshake::ClientHandshake(Options options, RandomSource& random)
    : options_(std::move(options)), random_(random), reader_(options_.max_frame_size) {}

void ClientHandshake::Start(std::string* to_send) const {
  to_send->append(amqp::kSaslProtocolHeader);
}

absl::StatusOr<ClientHandshake::Progress> ClientHandshake::Receive(std::string_view* bytes,
                                                                   std::string* to_send) {
  if (state_ == State::kDerivation || state_ == State::kEnded) {
    return absl::FailedPreconditionError("the handshake takes no bytes now");
  }
  return Advance(bytes, to_send);
}

absl::StatusOr<ClientHandshake::Progress> ClientHandshake::Resume(uint64_t ticket,
                                                                  DerivationAnswer answer,
                                                                  std::string_view* bytes,
                                                                  std::string* to_send) {
  if (state_ != State::kDerivation || ticket != awaited_ticket_) {
    return absl::FailedPreconditionError("the handshake does not wait for this answer");
  }
  Progress progress = Apply(mechanism_->Resume(ticket, std::move(answer)), to_send);
  if (!std::holds_alternative<WaitForServer>(progress)) return progress;
  return Advance(bytes, to_send);
}

ClientHandshake::Progress ClientHandshake::Advance(std::string_view* bytes, std::string* to_send) {
  if (state_ == State::kHeader) {
    Progress progress = ReadHeader(bytes);
    if (state_ != State::kMechanisms) return progress;
  }
  while (true) {
    auto next = reader_.Next(bytes);
    if (std::holds_alternative<std::monostate>(next)) return WaitForServer{};
    if (const auto* error = std::get_if<amqp::DecodeError>(&next)) return Break(error->what);
    auto decoded = amqp::DecodeSaslFrame(std::get<amqp::Frame>(next));
    if (const auto* error = std::get_if<amqp::DecodeError>(&decoded)) return Break(error->what);
    Progress progress = OnFrame(std::get<amqp::SaslFrame>(decoded), to_send);
    if (!std::holds_alternative<WaitForServer>(progress)) return progress;
  }
}

ClientHandshake::Progress ClientHandshake::ReadHeader(std::string_view* bytes) {
  const std::string_view expected = amqp::kSaslProtocolHeader.substr(header_matched_);
  const size_t size = std::min(bytes->size(), expected.size());
  if (bytes->substr(0, size) != expected.substr(0, size)) {
    return Break("the server did not answer with the AMQP SASL header");
  }
  header_matched_ += size;
  bytes->remove_prefix(size);
  if (header_matched_ == amqp::kSaslProtocolHeader.size()) state_ = State::kMechanisms;
  return WaitForServer{};
}

ClientHandshake::Progress ClientHandshake::OnFrame(const amqp::SaslFrame& frame,
                                                   std::string* to_send) {
  if (std::holds_alternative<amqp::EmptyFrame>(frame)) return WaitForServer{};
  if (const auto* outcome = std::get_if<amqp::SaslOutcome>(&frame)) return OnOutcome(*outcome);
  if (const auto* offered = std::get_if<amqp::SaslMechanisms>(&frame);
      offered != nullptr && state_ == State::kMechanisms) {
    return Choose(*offered, to_send);
  }
  if (const auto* challenge = std::get_if<amqp::SaslChallenge>(&frame);
      challenge != nullptr && state_ == State::kChallenge) {
    return Apply(mechanism_->Step(challenge->challenge), to_send);
  }
  return Break("the server sent a frame that is out of turn");
}

ClientHandshake::Progress ClientHandshake::Choose(const amqp::SaslMechanisms& offered,
                                                  std::string* to_send) {
  const auto is_offered = [&offered](std::string_view name) {
    return std::find(offered.mechanisms.begin(), offered.mechanisms.end(), name) !=
           offered.mechanisms.end();
  };
  const std::span<const MechanismDescriptor> known = Mechanisms();
  ClientMechanismContext context = {
      .credentials = &options_.credentials,
      .random = &random_,
      .channel_bindings = options_.channel_bindings,
      .plus_offered =
          std::any_of(known.begin(), known.end(),
                      [&](const auto& m) { return m.channel_binding && is_offered(m.name); }),
      .server_name = options_.server_name.empty() ? options_.hostname : options_.server_name,
      .parameters = options_.parameters,
  };
  std::string why;
  for (const std::string& name : options_.mechanisms) {
    const MechanismDescriptor* mechanism = FindMechanism(name);
    if (mechanism == nullptr || !is_offered(name)) continue;
    const bool is_first = &name == &options_.mechanisms.front();
    context.session = is_first && options_.session.has_value() ? &*options_.session : nullptr;
    auto created = CreateClientMechanism(*mechanism, context);
    if (!created.ok()) {
      absl::StrAppend(&why, "; ", name, ": ", created.status().message());
      continue;
    }
    chosen_ = mechanism;
    mechanism_ = *std::move(created);
    state_ = State::kChallenge;
    return Apply(mechanism_->Step(std::nullopt), to_send);
  }
  const std::vector<std::string> names(offered.mechanisms.begin(), offered.mechanisms.end());
  return Break(absl::StrCat("the server offers ", absl::StrJoin(names, ", "),
                            ", none of which can be used", why));
}

ClientHandshake::Progress ClientHandshake::Apply(absl::StatusOr<ClientStepResult> result,
                                                 std::string* to_send) {
  if (!result.ok()) return Break(std::string(result.status().message()));
  if (const auto* fault = std::get_if<ServerFault>(&*result)) return Break(fault->what);
  if (auto* need = std::get_if<NeedDerivation>(&*result)) {
    state_ = State::kDerivation;
    awaited_ticket_ = need->ticket;
    return std::move(*need);
  }
  const auto& response = std::get<ClientResponse>(*result);
  state_ = State::kChallenge;
  if (init_sent_) {
    amqp::AppendSaslResponse(response.bytes.value_or(""), to_send);
    return WaitForServer{};
  }
  init_sent_ = true;
  amqp::SaslInit init = {.mechanism = chosen_->name, .initial_response = response.bytes};
  if (!options_.hostname.empty()) init.hostname = options_.hostname;
  amqp::AppendSaslInit(init, to_send);
  return WaitForServer{};
}

ClientHandshake::Progress ClientHandshake::OnOutcome(const amqp::SaslOutcome& outcome) {
  if (outcome.code == amqp::SaslCode::kOk) {
    if (mechanism_ == nullptr) return Break("the server let us in before we chose a mechanism");
    if (auto fault = mechanism_->Finish(outcome.additional_data)) return Break(fault->what);
  }
  state_ = State::kEnded;
  return Done{outcome.code};
}

std::optional<Secret> ClientHandshake::session() const {
  return mechanism_ == nullptr ? std::nullopt : mechanism_->session();
}

ClientHandshake::Progress ClientHandshake::Break(std::string what) {
  state_ = State::kEnded;
  return Broken{std::move(what)};
}

}  // namespace sallyport
