#include "bench/micro/scram_user.h"

#include <optional>
#include <utility>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport {
namespace {

constexpr std::string_view kName = "telemetry-reader";
constexpr std::string_view kPassword = "correct horse battery staple";
constexpr std::string_view kPlus = "-PLUS";

}  // namespace

ScramUser::ScramUser(std::string_view mechanism)
    : mechanism_(FindMechanism(mechanism)->name),
      credentials_{std::string(kName), "", Secret(kPassword)} {
  std::string_view scheme = mechanism_;
  if (scheme.ends_with(kPlus)) {
    scheme.remove_suffix(kPlus.size());
    bindings_.push_back({"tls-exporter", std::string(32, 'e')});
  }
  context_.credentials = &credentials_;
  context_.random = &SystemRandom();
  context_.channel_bindings = bindings_;
  context_.plus_offered = !bindings_.empty();

  auto account = std::make_shared<Account>();
  account->authentication_id = std::string(kName);
  account->credentials.push_back(
      {NewCredential(scheme, kPassword, CredentialCosts{}, SystemRandom()).value(), std::nullopt});
  account_ = std::move(account);
  salted_password_ = std::get<Secret>(
      Derive(SaltedPassword{keys().hash, Secret(kPassword), keys().salt, keys().iterations}));
}

const ScramKeys& ScramUser::keys() const {
  return std::get<ScramKeys>(account_->credentials.front().secret);
}

std::unique_ptr<ClientMechanism> ScramUser::NewClient() const {
  return CreateClientMechanism(*FindMechanism(mechanism_), context_).value();
}

std::string ScramUser::Answer(ClientMechanism& client, const std::string* challenge) const {
  std::optional<std::string_view> message;
  if (challenge != nullptr) message = *challenge;
  ClientStepResult result = client.Step(message).value();
  if (const auto* derivation = std::get_if<NeedDerivation>(&result)) {
    result = client.Resume(derivation->ticket, DerivationAnswer(salted_password_)).value();
  }
  auto* const response = std::get_if<ClientResponse>(&result);
  return response == nullptr ? std::string() : std::move(response->bytes).value();
}

}  // namespace sallyport
