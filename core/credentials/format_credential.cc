#include <charconv>
#include <limits>
#include <string>
#include <type_traits>

#include "core/credentials/credential.h"
#include "core/credentials/credential_scheme.h"
#include "core/crypto/base64.h"

namespace sallyport {
namespace {

// Every text form but Cleartext's is shorter than this; reserving it keeps
// growth from leaving copies of the keys behind.
constexpr size_t kMaxFormattedSize = 512;

const CredentialScheme& SchemeOf(CredentialKind kind, HashFunction hash) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (scheme.kind == kind && scheme.hash == hash) return scheme;
  }
  // Not reached: the table holds every kind with each of its hash functions.
  return kCredentialSchemes[0];
}

const CredentialScheme& SchemeOf(const Credential& credential) {
  return std::visit(
      [](const auto& secret) -> const CredentialScheme& {
        using T = std::decay_t<decltype(secret)>;
        if constexpr (std::is_same_v<T, ScramKeys>) {
          return SchemeOf(CredentialKind::kScram, secret.hash);
        } else if constexpr (std::is_same_v<T, Pbkdf2Hash>) {
          return SchemeOf(CredentialKind::kPbkdf2, secret.hash);
        } else if constexpr (std::is_same_v<T, Argon2idHash>) {
          return SchemeOf(CredentialKind::kArgon2id, HashFunction::kSha256);
        } else {
          return SchemeOf(CredentialKind::kCleartext, HashFunction::kSha256);
        }
      },
      credential);
}

void AppendNumber(uint32_t number, std::string* out) {
  char digits[std::numeric_limits<uint32_t>::digits10 + 1];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), number);
  out->append(digits, end.ptr);
}

void AppendUnpaddedBase64(std::string_view bytes, std::string* out) {
  AppendBase64(bytes, out);
  while (out->ends_with('=')) out->pop_back();
}

void AppendBody(const Cleartext& secret, std::string* out) { out->append(secret.password.view()); }

void AppendBody(const ScramKeys& secret, std::string* out) {
  AppendNumber(secret.iterations, out);
  out->push_back(':');
  AppendBase64(secret.salt, out);
  out->push_back('$');
  AppendBase64(secret.stored_key.view(), out);
  out->push_back(':');
  AppendBase64(secret.server_key.view(), out);
}

void AppendBody(const Pbkdf2Hash& secret, std::string* out) {
  AppendNumber(secret.iterations, out);
  out->push_back('$');
  AppendBase64(secret.salt, out);
  out->push_back('$');
  AppendBase64(secret.key.view(), out);
}

void AppendBody(const Argon2idHash& secret, std::string* out) {
  out->append("$argon2id$v=19$m=");
  AppendNumber(secret.memory_kib, out);
  out->append(",t=");
  AppendNumber(secret.passes, out);
  out->append(",p=");
  AppendNumber(secret.lanes, out);
  out->push_back('$');
  AppendUnpaddedBase64(secret.salt, out);
  out->push_back('$');
  AppendUnpaddedBase64(secret.key.view(), out);
}

}  // namespace

std::string FormatCredential(const Credential& credential) {
  const Cleartext* const cleartext = std::get_if<Cleartext>(&credential);
  std::string text;
  text.reserve(kMaxFormattedSize + (cleartext == nullptr ? 0 : cleartext->password.size()));
  text.append(SchemeOf(credential).prefix);
  std::visit([&text](const auto& secret) { AppendBody(secret, &text); }, credential);
  return text;
}

std::string_view SchemeName(const Credential& credential) { return SchemeOf(credential).name; }

uint32_t CredentialIterations(const Credential& credential) {
  if (const auto* scram = std::get_if<ScramKeys>(&credential)) return scram->iterations;
  if (const auto* pbkdf2 = std::get_if<Pbkdf2Hash>(&credential)) return pbkdf2->iterations;
  if (const auto* argon2id = std::get_if<Argon2idHash>(&credential)) return argon2id->passes;
  return 0;
}

}  // namespace sallyport
