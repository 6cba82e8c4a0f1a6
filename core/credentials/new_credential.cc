#include "core/credentials/new_credential.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/crypt_hash.h"
#include "core/credentials/derived_keys.h"
#include "core/credentials/weak_schemes.h"

namespace sallyport {
namespace {

constexpr size_t kArgon2KeySize = 32;

bool IsForNewPasswords(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kCleartext:
    case CredentialKind::kScram:
    case CredentialKind::kPbkdf2:
    case CredentialKind::kArgon2id:
    case CredentialKind::kCrypt:
      return true;
    case CredentialKind::kArgon2i:
    case CredentialKind::kArgon2d:
    case CredentialKind::kCryptMd5:
    case CredentialKind::kDigest:
    case CredentialKind::kSaltedDigest:
    case CredentialKind::kAuthPasswordDigest:
    case CredentialKind::kRabbitMqDigest:
      return false;
  }
  return false;
}

std::string SchemesForNewPasswords() {
  std::string names;
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (!IsForNewPasswords(scheme.kind)) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(scheme.name));
  }
  return names;
}

absl::Status CheckScheme(const CredentialScheme* scheme) {
  if (scheme == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown credential scheme; those for new passwords are ", SchemesForNewPasswords()));
  }
  if (IsForNewPasswords(scheme->kind)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the credential scheme ", std::string(scheme->name),
                   IsWeakScheme(scheme->name) ? " is weak: it is" : " is",
                   " for checking passwords that are stored so, not for new ones; those for new "
                   "passwords are ",
                   SchemesForNewPasswords()));
}

absl::Status CheckPassword(CredentialKind kind, std::string_view password) {
  if (password.empty()) return absl::InvalidArgumentError("the password is empty");
  if (kind != CredentialKind::kCrypt) return absl::OkStatus();
  if (password.size() <= kMaxCryptPasswordSize && password.find('\0') == std::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the password has more than ", kMaxCryptPasswordSize, " bytes or a NUL, as CRYPT cannot"));
}

absl::Status CheckCost(const char* what, uint32_t cost, uint32_t min, uint32_t max) {
  if (cost >= min && cost <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is not from ", min, " to ", max));
}

absl::Status CheckArgon2Costs(const CredentialCosts& costs) {
  absl::Status status =
      CheckCost("the number of Argon2 lanes", costs.argon2_lanes, 1, kMaxArgon2Lanes);
  status.Update(
      CheckCost("Argon2's memory in KiB", costs.argon2_memory_kib,
                kMinArgon2MemoryKibPerLane * std::min(costs.argon2_lanes, kMaxArgon2Lanes),
                kMaxArgon2MemoryKib));
  status.Update(CheckCost("the number of Argon2 passes", costs.argon2_passes, 1, kMaxArgon2Passes));
  return status;
}

absl::Status CheckCosts(CredentialKind kind, const CredentialCosts& costs) {
  switch (kind) {
    case CredentialKind::kCleartext:
      return absl::OkStatus();
    case CredentialKind::kScram:
      return CheckCost("the SCRAM iteration count", costs.scram_iterations, 1, kMaxIterations);
    case CredentialKind::kPbkdf2:
      return CheckCost("the PBKDF2 iteration count", costs.pbkdf2_iterations, 1, kMaxIterations);
    case CredentialKind::kArgon2id:
      return CheckArgon2Costs(costs);
    case CredentialKind::kCrypt:
      return CheckCost("yescrypt's cost", costs.yescrypt_cost, 1, kMaxYescryptCost);
    default:
      return absl::InvalidArgumentError("a kind of credential that has no costs");
  }
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
  Argon2Hash stored;
  stored.memory_kib = costs.argon2_memory_kib;
  stored.passes = costs.argon2_passes;
  stored.lanes = costs.argon2_lanes;
  stored.salt = std::move(salt);
  std::optional<Secret> key = DeriveArgon2(password, stored, kArgon2KeySize);
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
    case CredentialKind::kCrypt:
      return MakeCryptHash(password, costs.yescrypt_cost, salt);
    default:
      return std::nullopt;
  }
}

}  // namespace

bool IsForNewPasswords(std::string_view scheme) {
  const CredentialScheme* const found = FindScheme(scheme);
  return found != nullptr && IsForNewPasswords(found->kind);
}

absl::StatusOr<Credential> NewScramKeysBeside(const ScramKeys& keys, std::string_view password) {
  if (absl::Status status = CheckPassword(CredentialKind::kScram, password); !status.ok()) {
    return status;
  }
  CredentialCosts costs;
  costs.scram_iterations = keys.iterations;
  if (absl::Status status = CheckCosts(CredentialKind::kScram, costs); !status.ok()) return status;
  std::optional<Credential> credential = MakeScram(keys.hash, password, keys.salt, costs);
  if (!credential.has_value()) return absl::UnavailableError("the key derivation failed");
  return *std::move(credential);
}

absl::StatusOr<Credential> NewCredential(std::string_view scheme, std::string_view password,
                                         const CredentialCosts& costs, RandomSource& random) {
  const CredentialScheme* const found = FindScheme(scheme);
  if (absl::Status status = CheckScheme(found); !status.ok()) return status;
  if (absl::Status status = CheckPassword(found->kind, password); !status.ok()) return status;
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
