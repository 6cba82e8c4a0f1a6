#include <optional>
#include <string>
#include <utility>

#include "core/credentials/key_derivation.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/plain/decoy_credential.h"
#include "core/sasl/plain/plain.h"
#include "core/sasl/plain/plain_message.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/saslprep/saslprep.h"
#include "core/sasl/sequenced_server_mechanism.h"

namespace sallyport {
namespace {

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

class PlainServer : public SequencedServerMechanism {
 public:
  explicit PlainServer(const ServerMechanismSettings& settings)
      : SequencedServerMechanism(Opening::kClient), settings_(settings) {}

 private:
  StepResult FirstMessage(std::string_view message) override;
  StepResult OnCredentials(CredentialsFound found) override;
  StepResult OnPasswordVerdict(PasswordVerdict verdict) override;

  const ServerMechanismSettings& settings_;
  CredentialQuery query_;
  Secret password_;
  CredentialsFound found_;
  bool usable_ = false;
};

StepResult PlainServer::FirstMessage(std::string_view message) {
  const std::optional<PlainMessage> plain = ParsePlainMessage(message);
  if (!plain.has_value()) return Malformed("not [authzid] NUL authcid NUL passwd");
  auto names = PrepareNames(plain->authentication_id, plain->authorization_id, kPlain.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;

  if (plain->password.size() > kMaxFieldSize) return Malformed("the password is too long");
  std::optional<std::string> password = SaslPrepQuery(plain->password);
  if (!password.has_value()) {
    return Malformed("the password is not UTF-8, or SASLprep prohibits it");
  }
  if (password->empty()) return Malformed("the password is empty once prepared");
  password_ = Secret(*password);
  Wipe(&*password);

  query_ = std::get<CredentialQuery>(std::move(names));
  return NeedCredentials{0, query_};
}

StepResult PlainServer::OnCredentials(CredentialsFound found) {
  found_ = std::move(found);
  PasswordCheck check{std::move(password_), {}};
  if (found_.account != nullptr) {
    for (const StoredCredential& stored : found_.account->credentials) {
      check.credentials.push_back(stored.secret);
    }
  }
  usable_ = !check.credentials.empty();
  if (!usable_) {
    for (const std::string& scheme : settings_.decoy_schemes) {
      check.credentials.push_back(DecoyCredential(scheme, query_.authentication_id,
                                                  settings_.decoy_key.view(), settings_.costs));
    }
  }
  return NeedDerivation{0, std::move(check)};
}

StepResult PlainServer::OnPasswordVerdict(PasswordVerdict verdict) {
  if (const auto refusal = RefusalOf(found_, usable_, verdict.matches)) return Failure{*refusal};
  return Success{IdentityOf(std::move(query_), std::move(found_.account))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreatePlainServer(
    const ServerMechanismContext& context) {
  return std::make_unique<PlainServer>(*context.settings);
}

}  // namespace sallyport
