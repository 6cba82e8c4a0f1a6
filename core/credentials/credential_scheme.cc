#include "core/credentials/credential_scheme.h"

#include "core/credentials/crypt_text.h"

namespace sallyport {
namespace {

constexpr HashFunction kNoHash = HashFunction::kSha256;

const CredentialScheme& Row(CredentialKind kind, HashFunction hash) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (scheme.kind == kind && scheme.hash == hash) return scheme;
  }
  // Not reached with what ParseCredential reads.
  return kCredentialSchemes[0];
}

const CredentialScheme& RowOf(const Cleartext&) { return Row(CredentialKind::kCleartext, kNoHash); }

const CredentialScheme& RowOf(const ScramKeys& keys) {
  return Row(CredentialKind::kScram, keys.hash);
}

const CredentialScheme& RowOf(const Pbkdf2Hash& stored) {
  return Row(CredentialKind::kPbkdf2, stored.hash);
}

const CredentialScheme& RowOf(const Argon2Hash& stored) {
  switch (stored.function) {
    case Argon2Function::kArgon2i:
      return Row(CredentialKind::kArgon2i, kNoHash);
    case Argon2Function::kArgon2d:
      return Row(CredentialKind::kArgon2d, kNoHash);
    case Argon2Function::kArgon2id:
      break;
  }
  return Row(CredentialKind::kArgon2id, kNoHash);
}

const CredentialScheme& RowOf(const DigestHash& stored) {
  switch (stored.form) {
    case DigestForm::kAuthPassword:
      return Row(CredentialKind::kAuthPasswordDigest, stored.hash);
    case DigestForm::kRabbitMq:
      return Row(CredentialKind::kRabbitMqDigest, stored.hash);
    case DigestForm::kUserPassword:
      break;
  }
  return Row(stored.salt.empty() ? CredentialKind::kDigest : CredentialKind::kSaltedDigest,
             stored.hash);
}

const CredentialScheme& RowOf(const CryptHash& stored) {
  const bool is_md5 = stored.text.view().starts_with(kMd5CryptPrefix);
  return is_md5 ? Row(CredentialKind::kCryptMd5, HashFunction::kMd5)
                : Row(CredentialKind::kCrypt, kNoHash);
}

}  // namespace

const CredentialScheme& SchemeOf(const Credential& credential) {
  return std::visit([](const auto& stored) -> const CredentialScheme& { return RowOf(stored); },
                    credential);
}

}  // namespace sallyport
