#include "core/credentials/parse_credential.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/credentials/crypt_text.h"

namespace sallyport {
namespace {

constexpr char kEndOfText = CredentialText::kEndOfText;

std::string Salt(CredentialText& text, char end, Base64Form form, size_t min_size) {
  return std::string(text.Base64("the salt", end, form, {min_size, kMaxSaltSize}).view());
}

SizeRange SizeOf(HashFunction hash) { return {DigestSize(hash), DigestSize(hash)}; }

Credential ReadCleartext(CredentialText& value) {
  const std::string_view password = value.Rest();
  if (password.empty()) value.Fail("the password is empty");
  return Cleartext{Secret(password)};
}

Credential ReadDigest(HashFunction hash, CredentialText& value) {
  DigestHash stored;
  stored.hash = hash;
  stored.digest = value.Base64("the digest", kEndOfText, Base64Form::kPadded, SizeOf(hash));
  return stored;
}

Credential ReadSaltedDigest(HashFunction hash, CredentialText& value) {
  const size_t size = DigestSize(hash);
  const Secret both = value.Base64("the digest with its salt", kEndOfText, Base64Form::kPadded,
                                   {size + 1, size + kMaxSaltSize});
  DigestHash stored;
  stored.hash = hash;
  if (both.empty()) return stored;
  stored.digest = Secret(both.view().substr(0, size));
  stored.salt = both.view().substr(size);
  return stored;
}

Credential ReadRabbitMqDigest(HashFunction hash, CredentialText& value) {
  const size_t size = kRabbitMqSaltSize + DigestSize(hash);
  const Secret both =
      value.Base64("the salt with the digest", kEndOfText, Base64Form::kPadded, {size, size});
  DigestHash stored;
  stored.form = DigestForm::kRabbitMq;
  stored.hash = hash;
  if (both.empty()) return stored;
  stored.salt = both.view().substr(0, kRabbitMqSaltSize);
  stored.digest = Secret(both.view().substr(kRabbitMqSaltSize));
  return stored;
}

Credential ReadCryptHash(CredentialText& value) {
  CredentialText text = value;
  ReadCrypt(value);
  return CryptHash{Secret(text.Rest())};
}

Credential ReadPbkdf2(HashFunction hash, CredentialText& value) {
  Pbkdf2Hash stored;
  stored.hash = hash;
  stored.iterations = value.Number("the iteration count", '$', 1, kMaxIterations);
  stored.salt = Salt(value, '$', Base64Form::kAdapted, 1);
  stored.key = value.Base64("the hash", kEndOfText, Base64Form::kAdapted, SizeOf(hash));
  return stored;
}

Argon2Function ReadArgon2Function(CredentialText& value) {
  value.Literal("$", "the PHC string does not begin with '$'");
  if (value.Skip("argon2i$")) return Argon2Function::kArgon2i;
  if (value.Skip("argon2d$")) return Argon2Function::kArgon2d;
  value.Literal("argon2id$", "the function is not argon2id, argon2i or argon2d");
  return Argon2Function::kArgon2id;
}

Credential ReadArgon2(CredentialText& value) {
  Argon2Hash stored;
  stored.function = ReadArgon2Function(value);
  if (value.Upcoming("v=16$") || value.Upcoming("m=")) {
    value.Fail("version 16 is not supported, only version 19 is");
  }
  value.Literal("v=19$", "the version is not 19");
  value.Literal("m=", "the memory (m=) is missing");
  stored.memory_kib =
      value.Number("the memory", ',', kMinArgon2MemoryKibPerLane, kMaxArgon2MemoryKib);
  value.Literal("t=", "the number of passes (t=) is missing");
  stored.passes = value.Number("the number of passes", ',', 1, kMaxArgon2Passes);
  value.Literal("p=", "the number of lanes (p=) is missing");
  const uint32_t affordable = stored.memory_kib / kMinArgon2MemoryKibPerLane;
  stored.lanes = value.Number("the number of lanes", '$', 1, std::min(kMaxArgon2Lanes, affordable));
  stored.salt = Salt(value, '$', Base64Form::kUnpadded, kMinArgon2SaltSize);
  stored.key =
      value.Base64("the hash", kEndOfText, Base64Form::kUnpadded, {kMinKeySize, kMaxKeySize});
  return stored;
}

Credential ReadScram(HashFunction hash, CredentialText& info, CredentialText& value) {
  ScramKeys keys;
  keys.hash = hash;
  keys.iterations = info.Number("the iteration count", ':', 1, kMaxIterations);
  keys.salt = Salt(info, kEndOfText, Base64Form::kPadded, 1);
  keys.stored_key = value.Base64("the stored key", ':', Base64Form::kPadded, SizeOf(hash));
  keys.server_key = value.Base64("the server key", kEndOfText, Base64Form::kPadded, SizeOf(hash));
  return keys;
}

Credential ReadAuthPasswordDigest(HashFunction hash, CredentialText& info, CredentialText& value) {
  DigestHash stored;
  stored.form = DigestForm::kAuthPassword;
  stored.hash = hash;
  stored.salt = Salt(info, kEndOfText, Base64Form::kPadded, 1);
  stored.digest = value.Base64("the digest", kEndOfText, Base64Form::kPadded, SizeOf(hash));
  return stored;
}

Credential ReadByKind(const CredentialScheme& scheme, CredentialText& value) {
  switch (scheme.kind) {
    case CredentialKind::kCleartext:
      return ReadCleartext(value);
    case CredentialKind::kDigest:
      return ReadDigest(scheme.hash, value);
    case CredentialKind::kSaltedDigest:
      return ReadSaltedDigest(scheme.hash, value);
    case CredentialKind::kRabbitMqDigest:
      return ReadRabbitMqDigest(scheme.hash, value);
    case CredentialKind::kCrypt:
    case CredentialKind::kCryptMd5:
      return ReadCryptHash(value);
    case CredentialKind::kPbkdf2:
      return ReadPbkdf2(scheme.hash, value);
    case CredentialKind::kArgon2id:
    case CredentialKind::kArgon2i:
    case CredentialKind::kArgon2d:
      return ReadArgon2(value);
    case CredentialKind::kScram:
    case CredentialKind::kAuthPasswordDigest:
      break;
  }
  value.Fail("the scheme is not one of userPassword");
  return Cleartext{};
}

}  // namespace

absl::StatusOr<Credential> ReadUserPassword(const CredentialScheme& scheme, CredentialText& value) {
  Credential credential = ReadByKind(scheme, value);
  if (!value.status().ok()) return value.status();
  return credential;
}

absl::StatusOr<Credential> ReadAuthPassword(const CredentialScheme& scheme, CredentialText& info,
                                            CredentialText& value) {
  Credential credential = scheme.kind == CredentialKind::kScram
                              ? ReadScram(scheme.hash, info, value)
                              : ReadAuthPasswordDigest(scheme.hash, info, value);
  if (!info.status().ok()) return info.status();
  if (!value.status().ok()) return value.status();
  return credential;
}

}  // namespace sallyport
