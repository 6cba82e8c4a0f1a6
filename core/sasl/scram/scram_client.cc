#include "core/sasl/scram/scram_client.h"

#include <utility>

#include "core/crypto/base64.h"
#include "core/sasl/scram/scram_proof.h"
#include "core/sasl/scram/scram_server_messages.h"
#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {
namespace {

// Only one derivation is ever asked for.
constexpr uint64_t kTicket = 1;

}  // namespace

ScramClient::ScramClient(HashFunction hash, ScramLogin login)
    : hash_(hash), login_(std::move(login)) {}

ServerFault ScramClient::Fail(const char* what) {
  turn_ = Turn::kFailed;
  return ServerFault{what};
}

absl::StatusOr<ClientStepResult> ScramClient::Step(std::optional<std::string_view> challenge) {
  if (turn_ == Turn::kFailed || turn_ == Turn::kSaltedPassword ||
      challenge.has_value() == (turn_ == Turn::kStart)) {
    return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
  switch (turn_) {
    case Turn::kStart:
      return Start();
    case Turn::kServerFirst:
      return OnServerFirst(*challenge);
    case Turn::kServerFinal:
      if (const auto fault = VerifyServerFinal(*challenge)) return *fault;
      return ClientResponse{std::string()};
    default:
      return Fail("a challenge after the server's last message");
  }
}

ClientResponse ScramClient::Start() {
  if (login_.binding != nullptr) {
    gs2_header_.append("p=").append(login_.binding->type);
  } else {
    gs2_header_.push_back(login_.binding_not_offered ? 'y' : 'n');
  }
  gs2_header_.push_back(',');
  if (!login_.authorization_id.empty()) {
    gs2_header_.append("a=");
    AppendSaslname(login_.authorization_id, &gs2_header_);
  }
  gs2_header_.push_back(',');
  auth_message_.append("n=");
  AppendSaslname(login_.authentication_id, &auth_message_);
  auth_message_.append(",r=").append(login_.nonce);
  turn_ = Turn::kServerFirst;
  return ClientResponse{gs2_header_ + auth_message_};
}

ClientStepResult ScramClient::OnServerFirst(std::string_view message) {
  auto parsed = ParseScramServerFirst(message);
  if (const auto* error = std::get_if<ScramSyntaxError>(&parsed)) return Fail(error->what);
  auto& first = std::get<ScramServerFirst>(parsed);
  if (!first.nonce.starts_with(login_.nonce) || first.nonce.size() == login_.nonce.size()) {
    return Fail("the server's nonce does not extend the client's");
  }
  if (first.iterations < kScramMinIterations) return Fail("the iteration count is too low");
  if (first.iterations > kScramMaxIterations) return Fail("the iteration count is too high");
  nonce_ = first.nonce;
  iterations_ = first.iterations;
  auth_message_.append(",").append(message);
  turn_ = Turn::kSaltedPassword;
  return NeedDerivation{kTicket, SaltedPassword{hash_, std::move(login_.password),
                                                std::move(first.salt), first.iterations}};
}

absl::StatusOr<ClientStepResult> ScramClient::Resume(uint64_t ticket, DerivationAnswer answer) {
  if (turn_ != Turn::kSaltedPassword || ticket != kTicket) {
    return absl::FailedPreconditionError("no derivation has this ticket");
  }
  turn_ = Turn::kFailed;
  if (std::holds_alternative<DerivationRefused>(answer)) {
    return absl::UnavailableError("the salted password was not derived");
  }
  if (const auto* salted_password = std::get_if<Secret>(&answer)) {
    return OnSaltedPassword(*salted_password);
  }
  return absl::InvalidArgumentError("the answer is not of the kind that was asked for");
}

absl::StatusOr<ClientStepResult> ScramClient::OnSaltedPassword(const Secret& salted_password) {
  std::string message = "c=";
  AppendBase64(login_.binding == nullptr ? gs2_header_ : gs2_header_ + login_.binding->data,
               &message);
  message.append(",r=").append(nonce_);
  auth_message_.append(",").append(message);

  const auto keys = DeriveScramKeys(hash_, salted_password.view());
  if (!keys.has_value()) return absl::InternalError("the cryptographic library failed");
  const auto proof = ScramClientProof(hash_, *keys, auth_message_);
  const auto signature = ScramServerSignature(hash_, keys->server_key.view(), auth_message_);
  if (!proof.has_value() || !signature.has_value()) {
    return absl::InternalError("the cryptographic library failed");
  }
  server_signature_ = Secret(signature->view());
  message.append(",p=");
  AppendBase64(*proof, &message);
  turn_ = Turn::kServerFinal;
  return ClientResponse{std::move(message)};
}

std::optional<ServerFault> ScramClient::VerifyServerFinal(std::string_view message) {
  const auto parsed = ParseScramServerFinal(message);
  if (const auto* error = std::get_if<ScramSyntaxError>(&parsed)) return Fail(error->what);
  if (std::holds_alternative<ScramServerError>(parsed)) return Fail("the server reports an error");
  if (!server_signature_.Equals(std::get<ScramVerifier>(parsed).signature)) {
    return Fail("the server's signature is false");
  }
  turn_ = Turn::kVerified;
  return std::nullopt;
}

std::optional<ServerFault> ScramClient::Finish(std::optional<std::string_view> additional_data) {
  const bool has_data = additional_data.has_value() && !additional_data->empty();
  if (turn_ == Turn::kVerified) {
    if (has_data) return Fail("a second server-final message");
    return std::nullopt;
  }
  if (turn_ != Turn::kServerFinal) return Fail("success out of turn");
  if (!has_data) return Fail("success without the server's signature");
  return VerifyServerFinal(*additional_data);
}

absl::Status ScramClient::SaveState(StateWriter& state) const {
  if (turn_ != Turn::kServerFirst && turn_ != Turn::kServerFinal && turn_ != Turn::kVerified) {
    return absl::FailedPreconditionError("the mechanism is not waiting for its server");
  }
  state.Number(static_cast<uint64_t>(turn_));
  state.Bytes(gs2_header_);
  state.Bytes(login_.nonce);
  state.Bytes(auth_message_);
  state.Number(iterations_);
  state.Bytes(server_signature_.view());
  return absl::OkStatus();
}

absl::Status ScramClient::RestoreState(StateReader& state) {
  if (turn_ != Turn::kStart) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const auto turn = static_cast<Turn>(state.Number());
  if (turn != Turn::kServerFirst && turn != Turn::kServerFinal && turn != Turn::kVerified) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  gs2_header_ = state.Bytes();
  login_.nonce = state.Bytes();
  auth_message_ = state.Bytes();
  iterations_ = static_cast<uint32_t>(state.Number());
  server_signature_ = Secret(state.Bytes());
  // Nothing verifies without a whole signature.
  const bool proof_sent = turn != Turn::kServerFirst;
  if (proof_sent != (server_signature_.size() == DigestSize(hash_))) state.Fail();
  if (login_.nonce.empty()) state.Fail();
  turn_ = state.ok() ? turn : Turn::kFailed;
  return absl::OkStatus();
}

MechanismProperties ScramClient::properties() const {
  MechanismProperties properties = {{"iterations", std::to_string(iterations_)}};
  if (login_.binding != nullptr) {
    properties.push_back({"channel-binding", login_.binding->type});
  }
  return properties;
}

}  // namespace sallyport
