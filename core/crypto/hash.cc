#include "core/crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <limits>
#include <memory>

namespace sallyport {
namespace {

constexpr size_t kHashFunctions = 5;

struct Properties {
  std::string_view name;
  const char* openssl_name;
  size_t digest_size;
};

constexpr std::array<Properties, kHashFunctions> kProperties = {{
    {"SHA-1", OSSL_DIGEST_NAME_SHA1, 20},
    {"SHA-256", OSSL_DIGEST_NAME_SHA2_256, 32},
    {"SHA-512", OSSL_DIGEST_NAME_SHA2_512, 64},
    {"MD5", OSSL_DIGEST_NAME_MD5, 16},
    {"SHA-384", OSSL_DIGEST_NAME_SHA2_384, 48},
}};

const Properties& PropertiesOf(HashFunction hash) { return kProperties[static_cast<size_t>(hash)]; }

// Algorithms are the implementations that OpenSSL's provider names. Fetching one
// takes a lock and some microseconds, so each is fetched once and kept. Null: the
// provider has none.
struct Algorithms {
  Algorithms() : hmac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)) {
    for (size_t i = 0; i < kHashFunctions; ++i) {
      digests[i] = EVP_MD_fetch(nullptr, kProperties[i].openssl_name, nullptr);
    }
  }

  std::array<EVP_MD*, kHashFunctions> digests;
  EVP_MAC* hmac;
};

const Algorithms& TheAlgorithms() {
  // Never destroyed: threads may still hash while the process exits.
  static const auto* const algorithms = new Algorithms;
  return *algorithms;
}

EVP_MD* DigestOf(HashFunction hash) { return TheAlgorithms().digests[static_cast<size_t>(hash)]; }

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using HmacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

// ThreadContexts are made at a thread's first use and freed, which wipes them,
// when it ends. In between, an HMAC context keeps the last key that its thread
// used: wiping it each time would double the cost of a short HMAC.
struct ThreadContexts {
  std::array<DigestContext, kHashFunctions> digest;
  std::array<HmacContext, kHashFunctions> hmac;
};

ThreadContexts& OfThisThread() {
  thread_local ThreadContexts contexts;
  return contexts;
}

EVP_MD_CTX* DigestContextOf(HashFunction hash) {
  DigestContext& context = OfThisThread().digest[static_cast<size_t>(hash)];
  if (context == nullptr) context.reset(EVP_MD_CTX_new());
  return context.get();
}

EVP_MAC_CTX* HmacContextOf(HashFunction hash) {
  HmacContext& context = OfThisThread().hmac[static_cast<size_t>(hash)];
  if (context != nullptr) return context.get();
  if (!IsAvailable(hash)) return nullptr;
  HmacContext fresh(EVP_MAC_CTX_new(TheAlgorithms().hmac));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                       const_cast<char*>(PropertiesOf(hash).openssl_name), 0),
      OSSL_PARAM_construct_end(),
  };
  if (fresh == nullptr || EVP_MAC_CTX_set_params(fresh.get(), parameters) != 1) return nullptr;
  context = std::move(fresh);
  return context.get();
}

unsigned char* Unsigned(std::span<char> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// A null pointer means "keep the last key" to EVP_MAC_init, so an empty key
// needs an address too.
const unsigned char* NotNull(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data() == nullptr ? "" : bytes.data());
}

}  // namespace

size_t DigestSize(HashFunction hash) { return PropertiesOf(hash).digest_size; }

std::string_view HashName(HashFunction hash) { return PropertiesOf(hash).name; }

bool IsAvailable(HashFunction hash) {
  return DigestOf(hash) != nullptr && TheAlgorithms().hmac != nullptr;
}

bool Digest(HashFunction hash, std::string_view data, std::span<char> out) {
  if (out.size() < DigestSize(hash)) return false;
  EVP_MD* const algorithm = DigestOf(hash);
  EVP_MD_CTX* const context = DigestContextOf(hash);
  if (algorithm == nullptr || context == nullptr) return false;
  return EVP_DigestInit_ex(context, algorithm, nullptr) == 1 &&
         EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
         EVP_DigestFinal_ex(context, Unsigned(out), nullptr) == 1;
}

bool Hmac(HashFunction hash, std::string_view key, std::string_view data, std::span<char> out) {
  if (out.size() < DigestSize(hash)) return false;
  EVP_MAC_CTX* const context = HmacContextOf(hash);
  size_t written = 0;
  return context != nullptr && EVP_MAC_init(context, NotNull(key), key.size(), nullptr) == 1 &&
         EVP_MAC_update(context, NotNull(data), data.size()) == 1 &&
         EVP_MAC_final(context, Unsigned(out), &written, out.size()) == 1 &&
         written == DigestSize(hash);
}

bool Pbkdf2(HashFunction hash, std::string_view password, std::string_view salt,
            uint32_t iterations, std::span<char> out) {
  constexpr size_t kMaxInt = std::numeric_limits<int>::max();
  EVP_MD* const algorithm = DigestOf(hash);
  if (algorithm == nullptr || iterations == 0 || iterations > kMaxInt || out.empty() ||
      password.size() > kMaxInt || salt.size() > kMaxInt || out.size() > kMaxInt) {
    return false;
  }
  return PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(NotNull(password)),
                           static_cast<int>(password.size()), NotNull(salt),
                           static_cast<int>(salt.size()), static_cast<int>(iterations), algorithm,
                           static_cast<int>(out.size()), Unsigned(out)) == 1;
}

}  // namespace sallyport
