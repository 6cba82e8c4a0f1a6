#include "ctl/login_options.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/sasl/mechanism_registry.h"
#include "ctl/password_input.h"
#include "process/file.h"

namespace sallyport::ctl {
namespace {

constexpr size_t kMaxTokenFile = 64 * 1024;

// Those for which something was given; else those that take nothing but a password.
std::vector<std::string> DefaultMechanisms(const LoginOptions& options) {
  const bool has_certificate = !options.client.peer_certificate.empty();
  const bool has_binding = !options.client.channel_binding.empty();
  const bool has_token = !options.token_file.empty();
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    const bool given = (has_certificate && mechanism.needs_certificate) ||
                       (has_binding && mechanism.channel_binding) ||
                       (has_token && mechanism.needs_token);
    const bool plain_password =
        mechanism.needs_password && !mechanism.channel_binding && !mechanism.opt_in;
    if (has_certificate || has_binding || has_token ? given : plain_password) {
      names.emplace_back(mechanism.name);
    }
  }
  return names;
}

bool AnyNeeds(const std::vector<std::string>& mechanisms, bool MechanismDescriptor::*secret) {
  return std::any_of(mechanisms.begin(), mechanisms.end(), [secret](const std::string& name) {
    const MechanismDescriptor* const mechanism = FindMechanism(name);
    return mechanism != nullptr && mechanism->*secret;
  });
}

absl::StatusOr<Secret> TokenOf(const LoginOptions& options) {
  if (options.token_file.empty()) return ReadToken("Token: ");
  absl::StatusOr<std::string> line = process::ReadLine(options.token_file, kMaxTokenFile);
  if (!line.ok()) return line.status();
  Secret token(*line);
  Wipe(&*line);
  return token;
}

}  // namespace

absl::StatusOr<LoginSides> PrepareLogin(const LoginOptions& options) {
  LoginSides sides;
  sides.connection.listener = options.listener;
  absl::Status status = ApplyClientFlags(options.client, &sides.connection, &sides.client);
  if (!status.ok()) return status;
  sides.client.credentials.authentication_id = options.user;
  std::vector<std::string>& mechanisms = sides.client.mechanisms;
  if (mechanisms.empty()) mechanisms = DefaultMechanisms(options);
  if (AnyNeeds(mechanisms, &MechanismDescriptor::needs_password)) {
    absl::StatusOr<Secret> password = ReadPassword("Password: ");
    if (!password.ok()) return password.status();
    sides.client.credentials.password = *std::move(password);
  }
  if (AnyNeeds(mechanisms, &MechanismDescriptor::needs_token)) {
    absl::StatusOr<Secret> token = TokenOf(options);
    if (!token.ok()) return token.status();
    sides.client.credentials.token = *std::move(token);
  }
  return sides;
}

}  // namespace sallyport::ctl
