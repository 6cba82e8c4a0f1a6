#include <optional>
#include <string>
#include <utility>

#include "core/sasl/cram_md5/cram_md5.h"
#include "core/sasl/cram_md5/cram_message.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/md5_hex.h"
#include "core/sasl/nonce.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/sequenced_server_mechanism.h"
#include "core/sasl/shared_password.h"

namespace sallyport {
namespace {

// RFC 2195 has our host's name here, which is nobody's business.
constexpr std::string_view kHost = "@sallyport>";

class CramServer : public SequencedServerMechanism {
 public:
  CramServer(const ServerMechanismSettings& settings, std::string challenge)
      : SequencedServerMechanism(Opening::kServer),
        settings_(settings),
        challenge_(std::move(challenge)) {}

 private:
  StepResult FirstChallenge() override;
  StepResult NextMessage(std::string_view message) override;
  StepResult OnCredentials(CredentialsFound found) override;
  absl::Status SaveMessages(StateWriter& state) const override;
  absl::Status RestoreMessages(StateReader& state) override;

  const ServerMechanismSettings& settings_;
  // Empty: there is no randomness.
  std::string challenge_;
  CredentialQuery query_;
  std::string digest_;
};

StepResult CramServer::FirstChallenge() {
  if (challenge_.empty()) return Failure{FailureReason::kInternal, "there is no randomness"};
  return Challenge{challenge_};
}

StepResult CramServer::NextMessage(std::string_view message) {
  const std::optional<CramResponse> response = ParseCramResponse(message);
  if (!response.has_value()) {
    return Failure{FailureReason::kMalformedMessage, "not a name, a space and a digest"};
  }
  auto names = PrepareNames(response->name, "", kCramMd5.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  query_ = std::get<CredentialQuery>(std::move(names));
  digest_ = response->digest;
  return NeedCredentials{0, query_};
}

StepResult CramServer::OnCredentials(CredentialsFound found) {
  const SharedPassword shared =
      SharedPasswordOf(found.account.get(), query_.authentication_id, settings_);
  const std::optional<Secret> digest = HmacMd5Hex(shared.password.view(), challenge_);
  if (!digest.has_value()) {
    return Failure{FailureReason::kInternal, "the cryptographic library failed"};
  }
  const bool proven = digest->Equals(digest_);
  if (const auto refusal = RefusalOf(found, shared.usable, proven)) return Failure{*refusal};
  return Success{IdentityOf(std::move(query_), std::move(found.account))};
}

absl::Status CramServer::SaveMessages(StateWriter& state) const {
  state.Bytes(challenge_);
  return absl::OkStatus();
}

absl::Status CramServer::RestoreMessages(StateReader& state) {
  challenge_ = state.Bytes();
  if (!IsCramChallenge(challenge_)) state.Fail();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateCramMd5Server(
    const ServerMechanismContext& context) {
  std::string challenge;
  if (const auto given = FindParameter(context.parameters, "nonce")) {
    if (!IsCramChallenge(*given)) {
      return absl::InvalidArgumentError("CRAM-MD5: the nonce must be a challenge: <...@...>");
    }
    challenge = *given;
  } else if (const std::string nonce = NewNonce(*context.random); !nonce.empty()) {
    challenge.append("<").append(nonce).append(kHost);
  }
  return std::make_unique<CramServer>(*context.settings, std::move(challenge));
}

}  // namespace sallyport
