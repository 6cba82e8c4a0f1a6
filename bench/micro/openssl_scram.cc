#include "bench/micro/openssl_scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <utility>

namespace sallyport {
namespace {

constexpr size_t kNonceSize = 18;
// Base64 of the longest digest, and a NUL.
constexpr size_t kMaxEncodedSize = 89;

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void AppendEncoded(const unsigned char* bytes, size_t size, std::string& out) {
  std::array<unsigned char, kMaxEncodedSize> encoded;
  const int length = EVP_EncodeBlock(encoded.data(), bytes, static_cast<int>(size));
  out.append(reinterpret_cast<const char*>(encoded.data()), static_cast<size_t>(length));
}

}  // namespace

OpensslScram::Host::Host(const ScramUser& user, std::unique_ptr<OpensslCalls> calls)
    : keys_(user.keys()), digest_size_(DigestSize(keys_.hash)), calls_(std::move(calls)) {}

bool OpensslScram::First(std::string_view message, std::string& reply) {
  std::array<unsigned char, kNonceSize> nonce;
  if (!host_.calls_->Random(nonce)) return false;
  // "n,," precedes the part that is signed.
  const std::string_view bare = message.substr(3);
  reply.assign(bare.substr(bare.find("r=")));
  AppendEncoded(nonce.data(), nonce.size(), reply);
  reply.append(",s=");
  AppendEncoded(Unsigned(host_.keys_.salt), host_.keys_.salt.size(), reply);
  reply.append(",i=").append(std::to_string(host_.keys_.iterations));
  auth_message_.reserve(2 * (bare.size() + reply.size()));
  auth_message_.append(bare).append(",").append(reply).append(",");
  return true;
}

bool OpensslScram::Final(std::string_view message, std::string& reply) {
  const size_t proof_begin = message.find(",p=");
  if (proof_begin == std::string_view::npos) return false;
  auth_message_.append(message.substr(0, proof_begin));
  if (!ProofMatches(message.substr(proof_begin + 3))) return false;
  std::array<unsigned char, kMaxDigestSize> signature;
  if (!host_.calls_->Hmac(host_.keys_.server_key.view(), auth_message_, signature.data())) {
    return false;
  }
  reply.assign("v=");
  AppendEncoded(signature.data(), host_.digest_size_, reply);
  return true;
}

bool OpensslScram::ProofMatches(std::string_view encoded) {
  const std::string_view stored_key = host_.keys_.stored_key.view();
  std::array<unsigned char, kMaxDigestSize + 3> proof;
  if (encoded.size() != (host_.digest_size_ + 2) / 3 * 4 ||
      EVP_DecodeBlock(proof.data(), Unsigned(encoded), static_cast<int>(encoded.size())) < 0) {
    return false;
  }
  std::array<unsigned char, kMaxDigestSize> client_key;
  if (!host_.calls_->Hmac(stored_key, auth_message_, client_key.data())) return false;
  for (size_t i = 0; i < host_.digest_size_; ++i) client_key[i] ^= proof[i];
  std::array<unsigned char, kMaxDigestSize> digest;
  const std::string_view key(reinterpret_cast<const char*>(client_key.data()), host_.digest_size_);
  return host_.calls_->Digest(key, digest.data()) &&
         CRYPTO_memcmp(digest.data(), stored_key.data(), host_.digest_size_) == 0;
}

}  // namespace sallyport
