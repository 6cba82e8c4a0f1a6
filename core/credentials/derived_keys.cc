#include "core/credentials/derived_keys.h"

#include <argon2.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace sallyport {
namespace {

// A Secret's memory as an output.
std::span<char> Bytes(Secret& secret) { return {secret.data(), secret.size()}; }

// libargon2 takes its inputs as pointers to what it could change, and does not
// unless its flags ask for it.
uint8_t* Unsigned(std::string_view bytes) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
}

argon2_type TypeOf(Argon2Function function) {
  switch (function) {
    case Argon2Function::kArgon2i:
      return Argon2_i;
    case Argon2Function::kArgon2d:
      return Argon2_d;
    case Argon2Function::kArgon2id:
      break;
  }
  return Argon2_id;
}

bool IsWithinLimits(const Argon2Hash& stored) {
  return stored.passes >= 1 && stored.passes <= kMaxArgon2Passes && stored.lanes >= 1 &&
         stored.lanes <= kMaxArgon2Lanes && stored.memory_kib <= kMaxArgon2MemoryKib &&
         stored.memory_kib >= kMinArgon2MemoryKibPerLane * stored.lanes;
}

}  // namespace

std::optional<Secret> DeriveSaltedPassword(HashFunction hash, std::string_view password,
                                           std::string_view salt, uint32_t iterations) {
  // RFC 5802's Hi() is PBKDF2 with one block of output.
  Pbkdf2Hash parameters;
  parameters.hash = hash;
  parameters.salt = std::string(salt);
  parameters.iterations = iterations;
  return DerivePbkdf2(password, parameters, DigestSize(hash));
}

std::optional<ScramDerivedKeys> DeriveScramKeys(std::string_view password, const ScramKeys& keys) {
  const std::optional<Secret> salted =
      DeriveSaltedPassword(keys.hash, password, keys.salt, keys.iterations);
  if (!salted.has_value()) return std::nullopt;
  return DeriveScramKeys(keys.hash, salted->view());
}

std::optional<Secret> DerivePbkdf2(std::string_view password, const Pbkdf2Hash& stored,
                                   size_t size) {
  if (stored.iterations > kMaxIterations) return std::nullopt;
  Secret key = Secret::Zeroed(size);
  if (!Pbkdf2(stored.hash, password, stored.salt, stored.iterations, Bytes(key))) {
    return std::nullopt;
  }
  return key;
}

std::optional<Secret> DeriveArgon2(std::string_view password, const Argon2Hash& stored,
                                   size_t size) {
  if (!IsWithinLimits(stored) || password.size() > ARGON2_MAX_PWD_LENGTH ||
      stored.salt.size() > kMaxSaltSize || size > kMaxKeySize) {
    return std::nullopt;
  }
  Secret key = Secret::Zeroed(size);
  argon2_context context{};
  context.out = reinterpret_cast<uint8_t*>(key.data());
  context.outlen = static_cast<uint32_t>(key.size());
  context.pwd = Unsigned(password);
  context.pwdlen = static_cast<uint32_t>(password.size());
  context.salt = Unsigned(stored.salt);
  context.saltlen = static_cast<uint32_t>(stored.salt.size());
  context.t_cost = stored.passes;
  context.m_cost = stored.memory_kib;
  context.lanes = stored.lanes;
  // The lanes are computed in turn: how many threads work is the host's choice.
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.flags = ARGON2_DEFAULT_FLAGS;
  if (argon2_ctx(&context, TypeOf(stored.function)) != ARGON2_OK) return std::nullopt;
  return key;
}

std::optional<Secret> DeriveDigest(std::string_view password, const DigestHash& stored) {
  std::string_view first = password;
  std::string_view second = stored.salt;
  if (stored.form == DigestForm::kRabbitMq) std::swap(first, second);
  Secret salted = Secret::Zeroed(first.size() + second.size());
  first.copy(salted.data(), first.size());
  second.copy(salted.data() + first.size(), second.size());
  Secret digest = Secret::Zeroed(DigestSize(stored.hash));
  if (!Digest(stored.hash, salted.view(), Bytes(digest))) return std::nullopt;
  return digest;
}

}  // namespace sallyport
