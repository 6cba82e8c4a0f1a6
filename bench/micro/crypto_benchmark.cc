// What a SCRAM login's digests cost, and the ways to reach OpenSSL's HMAC for a
// message of its size: why core/crypto re-keys a context that each thread keeps.
//
//   bazel run --config=opt //bench/micro:crypto_benchmark

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include <cstddef>
#include <string>

#include "benchmark/benchmark.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/hash.h"
#include "core/crypto/random_source.h"

namespace sallyport {
namespace {

// About as long as the AuthMessage of RFC 5802.
const std::string& Message() {
  static const std::string message(150, 'm');
  return message;
}

const std::string& Key() {
  static const std::string key(32, 'k');
  return key;
}

const unsigned char* Unsigned(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

EVP_MAC_CTX* NewHmacContext(EVP_MAC* mac) {
  EVP_MAC_CTX* const context = EVP_MAC_CTX_new(mac);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  EVP_MAC_CTX_set_params(context, parameters);
  return context;
}

void Finish(EVP_MAC_CTX* context) {
  unsigned char out[EVP_MAX_MD_SIZE];
  size_t size = 0;
  EVP_MAC_init(context, Unsigned(Key()), Key().size(), nullptr);
  EVP_MAC_update(context, Unsigned(Message()), Message().size());
  EVP_MAC_final(context, out, &size, sizeof(out));
  benchmark::DoNotOptimize(out);
}

void BM_Digest(benchmark::State& state) {
  const auto hash = static_cast<HashFunction>(state.range(0));
  char out[kMaxDigestSize];
  for (auto _ : state) benchmark::DoNotOptimize(Digest(hash, Key(), out));
}
BENCHMARK(BM_Digest)->DenseRange(0, 4);

void BM_Hmac(benchmark::State& state) {
  const auto hash = static_cast<HashFunction>(state.range(0));
  char out[kMaxDigestSize];
  for (auto _ : state) benchmark::DoNotOptimize(Hmac(hash, Key(), Message(), out));
}
BENCHMARK(BM_Hmac)->DenseRange(0, 4);

// The floor: as many blocks through the compression function as HMAC-SHA-256
// of the message takes, in one digest.
void BM_DigestOfTheSameBlocks(benchmark::State& state) {
  const std::string blocks(64 * 5 + 32, 'b');
  char out[kMaxDigestSize];
  for (auto _ : state) benchmark::DoNotOptimize(Digest(HashFunction::kSha256, blocks, out));
}
BENCHMARK(BM_DigestOfTheSameBlocks);

void BM_HmacOneShot(benchmark::State& state) {
  unsigned char out[EVP_MAX_MD_SIZE];
  for (auto _ : state) {
    HMAC(EVP_sha256(), Key().data(), static_cast<int>(Key().size()), Unsigned(Message()),
         Message().size(), out, nullptr);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(BM_HmacOneShot);

void BM_HmacNewContext(benchmark::State& state) {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  for (auto _ : state) {
    EVP_MAC_CTX* const context = NewHmacContext(mac);
    Finish(context);
    EVP_MAC_CTX_free(context);
  }
  EVP_MAC_free(mac);
}
BENCHMARK(BM_HmacNewContext);

void BM_HmacDuplicatedContext(benchmark::State& state) {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  EVP_MAC_CTX* const original = NewHmacContext(mac);
  for (auto _ : state) {
    EVP_MAC_CTX* const context = EVP_MAC_CTX_dup(original);
    Finish(context);
    EVP_MAC_CTX_free(context);
  }
  EVP_MAC_CTX_free(original);
  EVP_MAC_free(mac);
}
BENCHMARK(BM_HmacDuplicatedContext);

void BM_HmacDigestSign(benchmark::State& state) {
  EVP_MD* const digest = EVP_MD_fetch(nullptr, OSSL_DIGEST_NAME_SHA2_256, nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  unsigned char out[EVP_MAX_MD_SIZE];
  for (auto _ : state) {
    EVP_PKEY* const key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, Unsigned(Key()), Key().size());
    size_t size = sizeof(out);
    EVP_DigestSignInit(context, nullptr, digest, nullptr, key);
    EVP_DigestSign(context, out, &size, Unsigned(Message()), Message().size());
    EVP_MD_CTX_reset(context);
    EVP_PKEY_free(key);
    benchmark::DoNotOptimize(out);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(digest);
}
BENCHMARK(BM_HmacDigestSign);

void BM_Nonce(benchmark::State& state) {
  char nonce[18];
  for (auto _ : state) benchmark::DoNotOptimize(SystemRandom().Fill(nonce));
}
BENCHMARK(BM_Nonce);

void BM_DecoyScramKeys(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        DecoyScramKeys(HashFunction::kSha256, "nobody", Key(), CredentialCosts{}));
  }
}
BENCHMARK(BM_DecoyScramKeys);

}  // namespace
}  // namespace sallyport

BENCHMARK_MAIN();
