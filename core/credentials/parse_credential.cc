#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/credentials/credential.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/credential_text.h"

namespace sallyport {
namespace {

constexpr char kEndOfText = CredentialText::kEndOfText;

absl::StatusOr<Credential> FinishedOr(const CredentialText& text, Credential credential) {
  if (!text.status().ok()) return text.status();
  return credential;
}

std::string Salt(CredentialText& text, Base64Form form, size_t min_size) {
  return std::string(text.Base64("the salt", '$', form, {min_size, kMaxSaltSize}).view());
}

absl::StatusOr<Credential> ParseCleartext(CredentialText& text, std::string_view password) {
  if (password.empty()) text.Fail("the password is empty");
  return FinishedOr(text, Cleartext{Secret(password)});
}

absl::StatusOr<Credential> ParseScram(CredentialText& text, HashFunction hash) {
  const SizeRange key_size = {DigestSize(hash), DigestSize(hash)};
  ScramKeys keys;
  keys.hash = hash;
  keys.iterations = text.Number("the iteration count", ':', 1, kMaxIterations);
  keys.salt = Salt(text, Base64Form::kPadded, 1);
  keys.stored_key = text.Base64("the stored key", ':', Base64Form::kPadded, key_size);
  keys.server_key = text.Base64("the server key", kEndOfText, Base64Form::kPadded, key_size);
  return FinishedOr(text, std::move(keys));
}

absl::StatusOr<Credential> ParsePbkdf2(CredentialText& text, HashFunction hash) {
  Pbkdf2Hash stored;
  stored.hash = hash;
  stored.iterations = text.Number("the iteration count", '$', 1, kMaxIterations);
  stored.salt = Salt(text, Base64Form::kPadded, 1);
  stored.key = text.Base64("the hash", kEndOfText, Base64Form::kPadded, {kMinKeySize, kMaxKeySize});
  return FinishedOr(text, std::move(stored));
}

absl::StatusOr<Credential> ParseArgon2id(CredentialText& text) {
  text.Literal("$", "the PHC string does not begin with '$'");
  if (text.Upcoming("argon2i$")) text.Fail("argon2i is not supported, only argon2id is");
  if (text.Upcoming("argon2d$")) text.Fail("argon2d is not supported, only argon2id is");
  text.Literal("argon2id$", "the function is not argon2id");
  if (text.Upcoming("v=16$") || text.Upcoming("m=")) {
    text.Fail("version 16 is not supported, only version 19 is");
  }
  text.Literal("v=19$", "the version is not 19");
  text.Literal("m=", "the memory (m=) is missing");
  Argon2idHash stored;
  stored.memory_kib =
      text.Number("the memory", ',', kMinArgon2MemoryKibPerLane, kMaxArgon2MemoryKib);
  text.Literal("t=", "the number of passes (t=) is missing");
  stored.passes = text.Number("the number of passes", ',', 1, kMaxArgon2Passes);
  text.Literal("p=", "the number of lanes (p=) is missing");
  const uint32_t affordable = stored.memory_kib / kMinArgon2MemoryKibPerLane;
  stored.lanes = text.Number("the number of lanes", '$', 1, std::min(kMaxArgon2Lanes, affordable));
  stored.salt = Salt(text, Base64Form::kUnpadded, kMinArgon2SaltSize);
  stored.key =
      text.Base64("the hash", kEndOfText, Base64Form::kUnpadded, {kMinKeySize, kMaxKeySize});
  return FinishedOr(text, std::move(stored));
}

}  // namespace

absl::StatusOr<Credential> ParseCredential(std::string_view text) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    const size_t prefix_size = scheme.prefix.size();
    if (!SameWithoutCase(text.substr(0, prefix_size), scheme.prefix)) continue;
    CredentialText body(text, prefix_size);
    switch (scheme.kind) {
      case CredentialKind::kCleartext:
        return ParseCleartext(body, text.substr(prefix_size));
      case CredentialKind::kScram:
        return ParseScram(body, scheme.hash);
      case CredentialKind::kPbkdf2:
        return ParsePbkdf2(body, scheme.hash);
      case CredentialKind::kArgon2id:
        return ParseArgon2id(body);
    }
  }
  return absl::InvalidArgumentError("at position 1: the scheme is unknown");
}

std::string_view FindCredentialScheme(std::string_view name) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (SameWithoutCase(scheme.name, name)) return scheme.name;
  }
  return {};
}

}  // namespace sallyport
