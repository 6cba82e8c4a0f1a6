#include "core/credentials/key_derivation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/credentials/crypt_hash.h"
#include "core/credentials/derived_keys.h"
#include "core/crypto/hash.h"
#include "core/crypto/random_source.h"

namespace sallyport {
namespace {

// Matches says whether the password is the stored one; nullopt when that could
// not be found out.

// Digests under a key of the moment have the same size whatever they are of, so
// their comparison does not tell how long the stored password is, nor how much of
// the other one is right.
std::optional<bool> Matches(std::string_view password, const Cleartext& stored) {
  constexpr HashFunction kHash = HashFunction::kSha256;
  Secret key = Secret::Zeroed(32);
  Secret digest = Secret::Zeroed(DigestSize(kHash));
  Secret stored_digest = Secret::Zeroed(DigestSize(kHash));
  if (!SystemRandom().Fill({key.data(), key.size()}) ||
      !Hmac(kHash, key.view(), password, {digest.data(), digest.size()}) ||
      !Hmac(kHash, key.view(), stored.password.view(),
            {stored_digest.data(), stored_digest.size()})) {
    return std::nullopt;
  }
  return digest.Equals(stored_digest.view()) && !stored.password.empty();
}

std::optional<bool> Matches(std::string_view password, const ScramKeys& stored) {
  const std::optional<ScramDerivedKeys> derived = DeriveScramKeys(password, stored);
  if (!derived.has_value()) return std::nullopt;
  return derived->stored_key.Equals(stored.stored_key.view());
}

std::optional<bool> Matches(std::string_view password, const Pbkdf2Hash& stored) {
  if (stored.key.size() > kMaxKeySize) return std::nullopt;
  const std::optional<Secret> key =
      DerivePbkdf2(password, stored, std::max(stored.key.size(), kMinKeySize));
  if (!key.has_value()) return std::nullopt;
  return key->Equals(stored.key.view());
}

std::optional<bool> Matches(std::string_view password, const Argon2Hash& stored) {
  if (stored.key.size() > kMaxKeySize) return std::nullopt;
  const std::optional<Secret> key =
      DeriveArgon2(password, stored, std::max(stored.key.size(), kMinKeySize));
  if (!key.has_value()) return std::nullopt;
  return key->Equals(stored.key.view());
}

std::optional<bool> Matches(std::string_view password, const DigestHash& stored) {
  const std::optional<Secret> digest = DeriveDigest(password, stored);
  if (!digest.has_value()) return std::nullopt;
  return digest->Equals(stored.digest.view());
}

std::optional<bool> Matches(std::string_view password, const CryptHash& stored) {
  return CryptMatches(password, stored);
}

DerivationAnswer Check(const PasswordCheck& check) {
  bool any = false;
  for (const Credential& credential : check.credentials) {
    const std::optional<bool> matches = std::visit(
        [&](const auto& stored) { return Matches(check.password.view(), stored); }, credential);
    if (!matches.has_value()) return DerivationRefused{};
    any |= *matches;
  }
  return PasswordVerdict{any && !check.password.empty()};
}

DerivationAnswer Salt(const SaltedPassword& work) {
  std::optional<Secret> salted =
      DeriveSaltedPassword(work.hash, work.password.view(), work.salt, work.iterations);
  if (!salted.has_value()) return DerivationRefused{};
  return *std::move(salted);
}

DerivationAnswer AnswerOf(PasswordAnswer answer) {
  switch (answer) {
    case PasswordAnswer::kRight:
      return PasswordVerdict{true};
    case PasswordAnswer::kWrong:
      return PasswordVerdict{false};
    case PasswordAnswer::kUnavailable:
      break;
  }
  return DerivationRefused{.store_unavailable = true};
}

}  // namespace

DerivationAnswer Derive(const KeyDerivation& work) {
  if (const auto* check = std::get_if<PasswordCheck>(&work)) return Check(*check);
  if (const auto* salted = std::get_if<SaltedPassword>(&work)) return Salt(*salted);
  if (const auto* step = std::get_if<std::shared_ptr<SlowStep>>(&work)) {
    (*step)->Run();
    return SlowStepDone{};
  }
  return DerivationRefused{};
}

void AskVerifier(DelegatedCheck check, absl::AnyInvocable<void(DerivationAnswer) &&> done) {
  if (check.verifier == nullptr) return std::move(done)(DerivationRefused{});
  if (check.password.empty()) return std::move(done)(PasswordVerdict{false});
  // It lives until it has answered and its call has ended, whichever is later.
  check.verifier->Verify(check.password,
                         [verifier = check.verifier, done = std::move(done)](
                             PasswordAnswer answer) mutable { std::move(done)(AnswerOf(answer)); });
}

}  // namespace sallyport
