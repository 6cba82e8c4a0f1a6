#include "core/credentials/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace sallyport {

// A moved-from string may keep a copy in its inline buffer, so every move wipes
// the source, and every assignment wipes the target before it is overwritten.

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.Wipe(); }

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Wipe();
  bytes_ = other.bytes_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  other.Wipe();
  return *this;
}

Secret::~Secret() { Wipe(); }

Secret Secret::Zeroed(size_t size) {
  Secret secret;
  secret.bytes_.resize(size);
  return secret;
}

bool Secret::Equals(std::string_view other) const {
  return bytes_.size() == other.size() &&
         CRYPTO_memcmp(bytes_.data(), other.data(), other.size()) == 0;
}

void Secret::Wipe() { sallyport::Wipe(&bytes_); }

void Wipe(std::string* bytes) {
  // The capacity too: a string that shrank still holds its former tail.
  bytes->resize(bytes->capacity());
  OPENSSL_cleanse(bytes->data(), bytes->size());
  bytes->clear();
}

}  // namespace sallyport
