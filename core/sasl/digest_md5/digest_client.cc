#include "core/sasl/digest_md5/digest_client.h"

#include <utility>

#include "core/sasl/digest_md5/digest_charset.h"
#include "core/sasl/digest_md5/digest_proof.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {

DigestClient::DigestClient(DigestLogin login) : login_(std::move(login)) {
  response_.username = login_.credentials.authentication_id;
  response_.digest_uri = login_.digest_uri;
  if (!login_.credentials.authorization_id.empty()) {
    response_.authorization_id = login_.credentials.authorization_id;
  }
}

ServerFault DigestClient::Fail(const char* what) {
  turn_ = Turn::kFailed;
  return ServerFault{what};
}

absl::StatusOr<ClientStepResult> DigestClient::Step(std::optional<std::string_view> challenge) {
  if (turn_ == Turn::kFailed || turn_ == Turn::kFinished ||
      challenge.has_value() == (turn_ == Turn::kStart)) {
    return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
  switch (turn_) {
    case Turn::kStart:
      return Start();
    case Turn::kChallenge:
      return OnChallenge(*challenge);
    case Turn::kVerifierOrChallenge:
    case Turn::kVerifier:
      return OnVerifier(*challenge);
    default:
      return Fail("a challenge after the server's proof");
  }
}

absl::StatusOr<ClientStepResult> DigestClient::Start() {
  if (!login_.session.has_value()) {
    turn_ = Turn::kChallenge;
    return ClientResponse{};
  }
  const DigestSession& session = *login_.session;
  response_.realm = session.realm;
  response_.nonce = session.nonce;
  response_.cnonce = session.cnonce;
  response_.nonce_count = session.nonce_count + 1;
  response_.utf8 = session.utf8;
  return Respond(Turn::kVerifierOrChallenge);
}

absl::StatusOr<ClientStepResult> DigestClient::OnChallenge(std::string_view message) {
  const auto parsed = ParseDigestChallenge(message);
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return Fail(error->what);
  const auto& challenge = std::get<DigestChallenge>(parsed);
  if (const auto fault = ChooseRealm(challenge)) return *fault;
  response_.utf8 = challenge.utf8;
  response_.nonce = challenge.nonce;
  response_.cnonce = login_.cnonce;
  response_.nonce_count = 1;
  stale_ = challenge.stale;
  const std::string& name = response_.username;
  if (!response_.utf8 && Utf8FromLatin1(Latin1IfPossible(name)) != name) {
    return Fail("the server does not take UTF-8, which the authentication id needs");
  }
  return Respond(Turn::kVerifier);
}

std::optional<ServerFault> DigestClient::ChooseRealm(const DigestChallenge& challenge) {
  response_.realm.reset();
  if (challenge.realms.empty() && !login_.realm.empty()) response_.realm = login_.realm;
  for (const std::string& offered : challenge.realms) {
    const auto realm = DecodeDigestText(offered, challenge.utf8);
    if (!realm.has_value()) return Fail("a realm is not UTF-8");
    if (!login_.realm.empty() && *realm != login_.realm) continue;
    response_.realm = *realm;
    return std::nullopt;
  }
  if (challenge.realms.empty()) return std::nullopt;
  return Fail("the server does not offer the realm that is asked for");
}

absl::StatusOr<ClientStepResult> DigestClient::Respond(Turn next) {
  turn_ = Turn::kFailed;
  auto proof = ProveDigest(response_, login_.credentials.password.view(), DigestEncoding::kLatin1);
  if (!proof.has_value()) return absl::InternalError("the cryptographic library failed");
  rspauth_ = std::move(proof->rspauth);
  response_.response = proof->response.view();
  ClientResponse said{FormatDigestResponse(response_)};
  response_.response.clear();
  turn_ = next;
  return said;
}

absl::StatusOr<ClientStepResult> DigestClient::OnVerifier(std::string_view message) {
  const auto parsed = ParseDigestVerifier(message);
  const bool is_verifier = std::holds_alternative<DigestVerifier>(parsed);
  if (turn_ == Turn::kVerifierOrChallenge && !is_verifier) return OnChallenge(message);
  if (const auto fault = Verify(parsed)) return *fault;
  return ClientResponse{std::string()};
}

std::optional<ServerFault> DigestClient::Verify(
    const std::variant<DigestSyntaxError, DigestVerifier>& parsed) {
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return Fail(error->what);
  if (!rspauth_.Equals(std::get<DigestVerifier>(parsed).rspauth)) {
    return Fail("the server's proof is false");
  }
  turn_ = Turn::kVerified;
  return std::nullopt;
}

std::optional<ServerFault> DigestClient::Finish(std::optional<std::string_view> additional_data) {
  const bool has_data = additional_data.has_value() && !additional_data->empty();
  if (turn_ == Turn::kVerified) {
    if (has_data) return Fail("a second proof of the server");
  } else if (turn_ == Turn::kVerifier || turn_ == Turn::kVerifierOrChallenge) {
    if (!has_data) return Fail("success without the server's proof");
    if (const auto fault = Verify(ParseDigestVerifier(*additional_data))) return fault;
  } else {
    return Fail("success out of turn");
  }
  turn_ = Turn::kFinished;
  return std::nullopt;
}

std::optional<Secret> DigestClient::session() const {
  if (turn_ != Turn::kFinished) return std::nullopt;
  return FormatDigestSession(SessionOf(response_, login_.credentials.authentication_id));
}

MechanismProperties DigestClient::properties() const {
  MechanismProperties properties = {{"realm", response_.realm.value_or("")},
                                    {"digest-uri", response_.digest_uri},
                                    {"nonce-count", std::to_string(response_.nonce_count)}};
  if (stale_) properties.push_back({"stale", "true"});
  return properties;
}

absl::Status DigestClient::SaveState(StateWriter& state) const {
  if (turn_ == Turn::kStart || turn_ == Turn::kFinished || turn_ == Turn::kFailed) {
    return absl::FailedPreconditionError("the mechanism is not waiting for its server");
  }
  state.Number(static_cast<uint64_t>(turn_));
  state.Bytes(login_.cnonce);
  state.Bytes(
      FormatDigestSession(SessionOf(response_, login_.credentials.authentication_id)).view());
  state.Bytes(rspauth_.view());
  state.Number(stale_ ? 1 : 0);
  return absl::OkStatus();
}

absl::Status DigestClient::RestoreState(StateReader& state) {
  if (turn_ != Turn::kStart) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const auto turn = static_cast<Turn>(state.Number());
  if (turn != Turn::kChallenge && turn != Turn::kVerifierOrChallenge && turn != Turn::kVerifier &&
      turn != Turn::kVerified) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  login_.cnonce = state.Bytes();
  const auto session = ParseDigestSession(state.Bytes());
  rspauth_ = Secret(state.Bytes());
  stale_ = state.Number() == 1;
  // Nothing verifies without a whole proof.
  const bool responded = turn != Turn::kChallenge;
  if (!session.has_value() || login_.cnonce.empty() || responded != IsMd5Hex(rspauth_.view())) {
    state.Fail();
  }
  turn_ = Turn::kFailed;
  if (!state.ok()) return absl::OkStatus();
  response_.realm = session->realm;
  response_.nonce = session->nonce;
  response_.cnonce = session->cnonce;
  response_.nonce_count = session->nonce_count;
  response_.utf8 = session->utf8;
  turn_ = turn;
  return absl::OkStatus();
}

}  // namespace sallyport
