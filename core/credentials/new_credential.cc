#include "core/credentials/new_credential.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/derived_keys.h"

namespace sallyport {
namespace {

constexpr size_t kArgon2KeySize = 32;

const CredentialScheme* FindScheme(std::string_view name) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (SameWithoutCase(scheme.name, name)) return &scheme;
  }
  return nullptr;
}

absl::Status UnknownScheme() {
  std::string message = "unknown credential scheme; known are";
  const char* separator = " ";
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    absl::StrAppend(&message, separator, std::string(scheme.name));
    separator = ", ";
  }
  return absl::InvalidArgumentError(message);
}

absl::Status CheckCosts(CredentialKind kind, const CredentialCosts& costs) {
  const auto check = [](const char* what, uint32_t cost, uint32_t min, uint32_t max) {
    if (cost >= min && cost <= max) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(what, " is not from ", min, " to ", max));
  };
  switch (kind) {
    case CredentialKind::kCleartext:
      return absl::OkStatus();
    case CredentialKind::kScram:
      return check("the SCRAM iteration count", costs.scram_iterations, 1, kMaxIterations);
    case CredentialKind::kPbkdf2:
      return check("the PBKDF2 iteration count", costs.pbkdf2_iterations, 1, kMaxIterations);
    case CredentialKind::kArgon2id:
      absl::Status status =
          check("the number of Argon2 lanes", costs.argon2_lanes, 1, kMaxArgon2Lanes);
      status.Update(
          check("Argon2's memory in KiB", costs.argon2_memory_kib,
                kMinArgon2MemoryKibPerLane * std::min(costs.argon2_lanes, kMaxArgon2Lanes),
                kMaxArgon2MemoryKib));
      status.Update(check("the number of Argon2 passes", costs.argon2_passes, 1, kMaxArgon2Passes));
      return status;
  }
  return absl::InvalidArgumentError("unknown kind of credential");
}

std::optional<Credential> MakeScram(HashFunction hash, std::string_view password, std::string salt,
                                    const CredentialCosts& costs) {
  ScramKeys keys;
  keys.hash = hash;
  keys.salt = std::move(salt);
  keys.iterations = costs.scram_iterations;
  std::optional<ScramDerivedKeys> derived = DeriveScramKeys(password, keys);
  if (!derived.has_value()) return std::nullopt;
  keys.stored_key = std::move(derived->stored_key);
  keys.server_key = std::move(derived->server_key);
  return keys;
}

std::optional<Credential> MakePbkdf2(HashFunction hash, std::string_view password, std::string salt,
                                     const CredentialCosts& costs) {
  Pbkdf2Hash stored;
  stored.hash = hash;
  stored.salt = std::move(salt);
  stored.iterations = costs.pbkdf2_iterations;
  std::optional<Secret> key = DerivePbkdf2(password, stored, DigestSize(hash));
  if (!key.has_value()) return std::nullopt;
  stored.key = *std::move(key);
  return stored;
}

std::optional<Credential> MakeArgon2id(std::string_view password, std::string salt,
                                       const CredentialCosts& costs) {
  Argon2idHash stored;
  stored.memory_kib = costs.argon2_memory_kib;
  stored.passes = costs.argon2_passes;
  stored.lanes = costs.argon2_lanes;
  stored.salt = std::move(salt);
  std::optional<Secret> key = DeriveArgon2id(password, stored, kArgon2KeySize);
  if (!key.has_value()) return std::nullopt;
  stored.key = *std::move(key);
  return stored;
}

std::optional<Credential> Make(const CredentialScheme& scheme, std::string_view password,
                               std::string salt, const CredentialCosts& costs) {
  switch (scheme.kind) {
    case CredentialKind::kCleartext:
      return Cleartext{Secret(password)};
    case CredentialKind::kScram:
      return MakeScram(scheme.hash, password, std::move(salt), costs);
    case CredentialKind::kPbkdf2:
      return MakePbkdf2(scheme.hash, password, std::move(salt), costs);
    case CredentialKind::kArgon2id:
      return MakeArgon2id(password, std::move(salt), costs);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Credential> NewCredential(std::string_view scheme, std::string_view password,
                                         const CredentialCosts& costs, RandomSource& random) {
  const CredentialScheme* const found = FindScheme(scheme);
  if (found == nullptr) return UnknownScheme();
  if (password.empty()) return absl::InvalidArgumentError("the password is empty");
  if (absl::Status status = CheckCosts(found->kind, costs); !status.ok()) return status;
  std::string salt;
  if (found->kind != CredentialKind::kCleartext) {
    salt.resize(kNewSaltSize);
    if (!random.Fill(salt)) return absl::UnavailableError("no random bytes for a salt");
  }
  std::optional<Credential> credential = Make(*found, password, std::move(salt), costs);
  if (!credential.has_value()) return absl::UnavailableError("the key derivation failed");
  return *std::move(credential);
}

}  // namespace sallyport
