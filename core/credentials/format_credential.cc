#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "core/credentials/credential.h"
#include "core/credentials/credential_scheme.h"
#include "core/crypto/base64.h"

namespace sallyport {
namespace {

// Every text form but Cleartext's is shorter than this; reserving it keeps
// growth from leaving copies of the keys behind.
constexpr size_t kMaxFormattedSize = 512;

void AppendNumber(uint32_t number, std::string* out) {
  char digits[std::numeric_limits<uint32_t>::digits10 + 1];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), number);
  out->append(digits, end.ptr);
}

void AppendUnpaddedBase64(std::string_view bytes, std::string* out) {
  AppendBase64(bytes, out);
  while (out->ends_with('=')) out->pop_back();
}

void AppendAdaptedBase64(std::string_view bytes, std::string* out) {
  const size_t start = out->size();
  AppendUnpaddedBase64(bytes, out);
  std::replace(out->begin() + static_cast<std::ptrdiff_t>(start), out->end(), '+', '.');
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
  AppendAdaptedBase64(secret.salt, out);
  out->push_back('$');
  AppendAdaptedBase64(secret.key.view(), out);
}

std::string_view PhcName(Argon2Function function) {
  switch (function) {
    case Argon2Function::kArgon2i:
      return "$argon2i";
    case Argon2Function::kArgon2d:
      return "$argon2d";
    case Argon2Function::kArgon2id:
      break;
  }
  return "$argon2id";
}

void AppendBody(const Argon2Hash& secret, std::string* out) {
  out->append(PhcName(secret.function));
  out->append("$v=19$m=");
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

void AppendBody(const DigestHash& secret, std::string* out) {
  if (secret.form == DigestForm::kAuthPassword) {
    AppendBase64(secret.salt, out);
    out->push_back('$');
    AppendBase64(secret.digest.view(), out);
    return;
  }
  std::string_view first = secret.digest.view();
  std::string_view second = secret.salt;
  if (secret.form == DigestForm::kRabbitMq) std::swap(first, second);
  Secret both = Secret::Zeroed(first.size() + second.size());
  first.copy(both.data(), first.size());
  second.copy(both.data() + first.size(), second.size());
  AppendBase64(both.view(), out);
}

void AppendBody(const CryptHash& secret, std::string* out) { out->append(secret.text.view()); }

}  // namespace

std::string FormatCredential(const Credential& credential) {
  const Cleartext* const cleartext = std::get_if<Cleartext>(&credential);
  std::string text;
  text.reserve(kMaxFormattedSize + (cleartext == nullptr ? 0 : cleartext->password.size()));
  text.append(SchemeOf(credential).prefix);
  std::visit([&text](const auto& secret) { AppendBody(secret, &text); }, credential);
  return text;
}

}  // namespace sallyport
