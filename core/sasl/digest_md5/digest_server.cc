#include "core/sasl/digest_md5/digest_server.h"

#include <utility>

#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/digest_md5/digest_md5.h"
#include "core/sasl/digest_md5/digest_nonce.h"
#include "core/sasl/digest_md5/digest_proof.h"
#include "core/sasl/digest_md5/digest_session.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/shared_password.h"

namespace sallyport {
namespace {

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

}  // namespace

DigestServer::DigestServer(const ServerMechanismSettings& settings, std::string realm,
                           std::string nonce)
    : SequencedServerMechanism(Opening::kEither),
      settings_(settings),
      realm_(std::move(realm)),
      nonce_(std::move(nonce)) {}

StepResult DigestServer::MakeChallenge(bool stale) {
  if (nonce_.empty()) return Failure{FailureReason::kInternal, "there is no randomness"};
  return Challenge{
      FormatDigestChallenge({.realms = {realm_}, .nonce = nonce_, .stale = stale, .utf8 = true})};
}

std::optional<Failure> DigestServer::ReadResponse(std::string_view message) {
  auto parsed = ParseDigestResponse(message);
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return Malformed(error->what);
  response_ = std::get<DigestResponse>(std::move(parsed));
  auto names =
      PrepareNames(response_.username, response_.authorization_id.value_or(""), kDigestMd5.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  query_ = std::get<CredentialQuery>(std::move(names));
  return std::nullopt;
}

// RFC 2831 section 2.2.1: the client comes again.
StepResult DigestServer::FirstMessage(std::string_view message) {
  if (const auto failure = ReadResponse(message)) return *failure;
  return NeedSession{0, response_.nonce};
}

// RFC 2831 section 2.2.2. What is not the next login of a session says nothing of the
// client's password: it begins anew.
StepResult DigestServer::OnSession(SessionAnswer answer) {
  const auto* found = std::get_if<SessionFound>(&answer);
  if (found == nullptr) return MakeChallenge(/*stale=*/false);
  const std::optional<DigestSession> session = ParseDigestSession(found->state.view());
  if (!session.has_value() || session->realm != realm_ || !session->ContinuedBy(response_) ||
      session->authentication_id != query_.authentication_id) {
    return MakeChallenge(/*stale=*/false);
  }
  stale_ = found->stale;
  return NeedCredentials{0, query_};
}

StepResult DigestServer::NextMessage(std::string_view message) {
  stale_ = false;
  if (const auto failure = ReadResponse(message)) return *failure;
  if (response_.nonce != nonce_) return Malformed("the response does not repeat the nonce");
  if (response_.realm != realm_) return Malformed("the response's realm is not the one offered");
  if (response_.nonce_count != 1) return Malformed("the nonce-count of a new nonce is not 1");
  return NeedCredentials{0, query_};
}

StepResult DigestServer::OnCredentials(CredentialsFound found) {
  const SharedPassword shared =
      SharedPasswordOf(found.account.get(), query_.authentication_id, settings_);
  std::optional<Secret> rspauth;
  // Every encoding for everybody, whichever was right.
  for (const DigestEncoding encoding : kDigestEncodings) {
    std::optional<DigestProof> proof = ProveDigest(response_, shared.password.view(), encoding);
    if (!proof.has_value()) {
      return Failure{FailureReason::kInternal, "the cryptographic library failed"};
    }
    if (proof->response.Equals(response_.response)) rspauth = std::move(proof->rspauth);
  }
  if (const auto refusal = RefusalOf(found, shared.usable, rspauth.has_value())) {
    return Failure{*refusal};
  }
  if (stale_) return MakeChallenge(/*stale=*/true);

  const DigestSession session = SessionOf(response_, query_.authentication_id);
  std::string final_data = "rspauth=";
  final_data.append(rspauth->view());
  return Success{IdentityOf(std::move(query_), std::move(found.account)), std::move(final_data),
                 RememberedSession{session.nonce, FormatDigestSession(session)}};
}

MechanismProperties DigestServer::properties() const {
  return {{"realm", realm_},
          {"digest-uri", response_.digest_uri},
          {"nonce-count", std::to_string(response_.nonce_count)}};
}

absl::Status DigestServer::SaveMessages(StateWriter& state) const {
  state.Bytes(realm_);
  state.Bytes(nonce_);
  return absl::OkStatus();
}

absl::Status DigestServer::RestoreMessages(StateReader& state) {
  realm_ = state.Bytes();
  nonce_ = state.Bytes();
  if (!IsDigestRealm(realm_) || nonce_.empty()) state.Fail();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateDigestMd5Server(
    const ServerMechanismContext& context) {
  const std::string_view realm =
      FindParameter(context.parameters, "realm").value_or(context.settings->digest_realm);
  if (!IsDigestRealm(realm)) {
    return absl::InvalidArgumentError(
        "DIGEST-MD5: it needs a realm: UTF-8 without control characters, up to 255 bytes");
  }
  auto nonce = DigestNonceOf(context.parameters, *context.random);
  if (!nonce.ok()) return nonce.status();
  return std::make_unique<DigestServer>(*context.settings, std::string(realm), *std::move(nonce));
}

}  // namespace sallyport
