#include <optional>
#include <string>
#include <utility>

#include "core/sasl/external/certificate_name.h"
#include "core/sasl/external/external.h"
#include "core/sasl/external/spiffe_id.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/saslprep/saslprep.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {
namespace {

class ExternalServer : public SequencedServerMechanism {
 public:
  explicit ExternalServer(const ServerMechanismContext& context)
      : SequencedServerMechanism(Opening::kClientOrNothing),
        certificate_(context.peer_certificate),
        identity_kind_(context.settings->certificate_identity) {}

 private:
  StepResult FirstMessage(std::string_view message) override;
  StepResult OnCredentials(CredentialsFound found) override;

  const std::string_view certificate_;
  const CertificateIdentity identity_kind_;
  CredentialQuery query_;
};

StepResult ExternalServer::FirstMessage(std::string_view message) {
  const std::optional<std::string> name = CertificateName(certificate_, identity_kind_);
  // To its authority, a name that SASLprep would change is another name than what
  // it would become.
  if (!name.has_value() || SaslPrepQuery(*name) != name) {
    return Failure{FailureReason::kClientCertificateUnusable,
                   "the certificate does not hold exactly one usable name"};
  }
  const bool is_spiffe_id = identity_kind_ == CertificateIdentity::kSpiffeId;
  auto names =
      PrepareNames(*name, message, kExternal.name, is_spiffe_id ? kMaxSpiffeIdSize : kMaxFieldSize);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  query_ = std::get<CredentialQuery>(std::move(names));
  return NeedCredentials{0, query_};
}

StepResult ExternalServer::OnCredentials(CredentialsFound found) {
  // The certificate is the credential, and TLS has proved it.
  if (const auto refusal = RefusalOf(found, true, true)) return Failure{*refusal};
  return Success{IdentityOf(std::move(query_), std::move(found.account))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateExternalServer(
    const ServerMechanismContext& context) {
  return std::make_unique<ExternalServer>(context);
}

}  // namespace sallyport
