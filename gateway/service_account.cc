#include "gateway/service_account.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/crypto/random_source.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"
#include "gateway/channel_bindings.h"
#include "process/file.h"

namespace sallyport::gateway {
namespace {

constexpr size_t kMaxFileSize = 64 * 1024;
// Few: a salted password is derived once, and a library that waits uses no core.
constexpr size_t kSlowThreads = 4;

// An empty path is an empty secret.
absl::StatusOr<Secret> ReadSecret(const std::string& path) {
  if (path.empty()) return Secret();
  absl::StatusOr<std::string> line = process::ReadLine(path, kMaxFileSize);
  if (!line.ok()) return line.status();
  Secret secret(*line);
  Wipe(&*line);
  return secret;
}

bool Binds(const AccountLoginConfig& config) {
  return std::any_of(config.mechanisms.begin(), config.mechanisms.end(),
                     [](const std::string& name) { return FindMechanism(name)->channel_binding; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServiceAccount>> ServiceAccount::Load(AccountLoginConfig config) {
  absl::StatusOr<Secret> password = ReadSecret(config.password_file);
  if (!password.ok()) return password.status();
  absl::StatusOr<std::unique_ptr<SlowWork>> slow_work = SlowWork::Start(kSlowThreads);
  if (!slow_work.ok()) return slow_work.status();
  std::unique_ptr<ServiceAccount> account(
      new ServiceAccount(std::move(config), *std::move(password), *std::move(slow_work)));
  if (absl::Status status = account->TryMechanisms(); !status.ok()) return status;
  return account;
}

ServiceAccount::ServiceAccount(AccountLoginConfig config, Secret password,
                               std::unique_ptr<SlowWork> slow_work)
    : config_(std::move(config)),
      password_(std::move(password)),
      binds_(Binds(config_)),
      slow_work_(std::move(slow_work)) {}

absl::Status ServiceAccount::TryMechanisms() const {
  absl::StatusOr<Secret> token = ReadToken();
  if (!token.ok()) return token.status();
  const ClientHandshake::Options options = HandshakeOptions(nullptr, *std::move(token));
  const ChannelBinding any_binding = {"tls-exporter", "of no connection"};
  for (const std::string& name : options.mechanisms) {
    const MechanismDescriptor& mechanism = *FindMechanism(name);
    if (!mechanism.available()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": the libraries of this machine do not have it"));
    }
    const ClientMechanismContext context = {
        .credentials = &options.credentials,
        .random = &SystemRandom(),
        .channel_bindings = {&any_binding, 1},
        .server_name = options.server_name,
        .parameters = options.parameters,
    };
    const auto made = CreateClientMechanism(mechanism, context);
    if (made.ok()) continue;
    const std::string why(made.status().message());
    return absl::InvalidArgumentError(
        absl::StrCat("the broker's service account cannot use ", name, ": ", why));
  }
  return absl::OkStatus();
}

absl::StatusOr<Secret> ServiceAccount::ReadToken() const { return ReadSecret(config_.token_file); }

ClientHandshake::Options ServiceAccount::HandshakeOptions(SSL* tls, Secret token) const {
  ClientHandshake::Options options;
  options.mechanisms = config_.mechanisms;
  options.credentials.authentication_id = config_.username;
  options.credentials.password = password_;
  options.credentials.token = std::move(token);
  options.server_name = config_.server_name;
  options.parameters = config_.parameters;
  // To SCRAM without -PLUS, a binding is a claim that the broker should have offered it.
  if (tls == nullptr || !binds_) return options;
  const std::vector<ChannelBinding> all = ReadChannelBindings(tls);
  for (const std::string& type : config_.channel_bindings) {
    for (const ChannelBinding& binding : all) {
      if (binding.type == type) options.channel_bindings.push_back(binding);
    }
  }
  return options;
}

std::optional<DerivationAnswer> ServiceAccount::Recall(const KeyDerivation& work) const {
  const auto* salting = std::get_if<SaltedPassword>(&work);
  if (salting == nullptr) return std::nullopt;
  std::optional<Secret> salted = salted_passwords_.Find(*salting);
  if (!salted.has_value()) return std::nullopt;
  return *std::move(salted);
}

DerivationAnswer ServiceAccount::Derive(const KeyDerivation& work) {
  // Another login may have derived it while this one waited for a thread.
  if (std::optional<DerivationAnswer> known = Recall(work)) return *std::move(known);
  DerivationAnswer answer = sallyport::Derive(work);
  const auto* salting = std::get_if<SaltedPassword>(&work);
  const auto* salted = std::get_if<Secret>(&answer);
  if (salting != nullptr && salted != nullptr) salted_passwords_.Keep(*salting, *salted);
  return answer;
}

}  // namespace sallyport::gateway
