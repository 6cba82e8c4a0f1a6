#include "bench/micro/openssl_calls.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace sallyport {
namespace {

// Of one size with what core/crypto keeps.
constexpr size_t kRandomBlock = 512;

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// OpenSSL knows the digests by SCRAM's names too; each is a literal.
const char* OpensslName(HashFunction hash) { return HashName(hash).data(); }

class Reused final : public OpensslCalls {
 public:
  explicit Reused(HashFunction hash)
      : digest_(EVP_MD_fetch(nullptr, OpensslName(hash), nullptr)),
        digest_context_(EVP_MD_CTX_new()),
        hmac_(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)),
        hmac_context_(EVP_MAC_CTX_new(hmac_)) {
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         const_cast<char*>(OpensslName(hash)), 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX_set_params(hmac_context_, parameters);
  }

  ~Reused() override {
    EVP_MAC_CTX_free(hmac_context_);
    EVP_MAC_free(hmac_);
    EVP_MD_CTX_free(digest_context_);
    EVP_MD_free(digest_);
  }

  bool Random(std::span<unsigned char> out) override {
    if (block_.size() - used_ < out.size()) {
      if (RAND_priv_bytes(block_.data(), static_cast<int>(block_.size())) != 1) return false;
      used_ = 0;
    }
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
    return true;
  }

  bool Digest(std::string_view data, unsigned char* out) override {
    return EVP_DigestInit_ex(digest_context_, digest_, nullptr) == 1 &&
           EVP_DigestUpdate(digest_context_, data.data(), data.size()) == 1 &&
           EVP_DigestFinal_ex(digest_context_, out, nullptr) == 1;
  }

  bool Hmac(std::string_view key, std::string_view data, unsigned char* out) override {
    size_t size = 0;
    return EVP_MAC_init(hmac_context_, Unsigned(key), key.size(), nullptr) == 1 &&
           EVP_MAC_update(hmac_context_, Unsigned(data), data.size()) == 1 &&
           EVP_MAC_final(hmac_context_, out, &size, kMaxDigestSize) == 1;
  }

 private:
  EVP_MD* const digest_;
  EVP_MD_CTX* const digest_context_;
  EVP_MAC* const hmac_;
  EVP_MAC_CTX* const hmac_context_;
  std::array<unsigned char, kRandomBlock> block_;
  size_t used_ = kRandomBlock;
};

class OneShot final : public OpensslCalls {
 public:
  explicit OneShot(HashFunction hash)
      : digest_(EVP_get_digestbyname(OpensslName(hash))), name_(OpensslName(hash)) {}

  bool Random(std::span<unsigned char> out) override {
    return RAND_bytes(out.data(), static_cast<int>(out.size())) == 1;
  }

  bool Digest(std::string_view data, unsigned char* out) override {
    return EVP_Q_digest(nullptr, name_, nullptr, data.data(), data.size(), out, nullptr) == 1;
  }

  bool Hmac(std::string_view key, std::string_view data, unsigned char* out) override {
    return HMAC(digest_, key.data(), static_cast<int>(key.size()), Unsigned(data), data.size(), out,
                nullptr) != nullptr;
  }

 private:
  const EVP_MD* const digest_;
  const char* const name_;
};

}  // namespace

std::unique_ptr<OpensslCalls> ReusedOpenssl(HashFunction hash) {
  return std::make_unique<Reused>(hash);
}

std::unique_ptr<OpensslCalls> OneShotOpenssl(HashFunction hash) {
  return std::make_unique<OneShot>(hash);
}

}  // namespace sallyport
