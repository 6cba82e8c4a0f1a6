#include "core/sasl/md5_hex.h"

#include <algorithm>
#include <span>
#include <string>

#include "absl/strings/escaping.h"
#include "core/crypto/hash.h"

namespace sallyport {
namespace {

Secret HexOf(const Secret& bytes) {
  std::string hex =
      absl::BytesToHexString(absl::string_view(bytes.view().data(), bytes.view().size()));
  Secret secret(hex);
  Wipe(&hex);
  return secret;
}

}  // namespace

bool IsMd5Hex(std::string_view text) {
  return text.size() == kMd5HexSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<Secret> Md5Hex(std::string_view data) {
  Secret digest = Secret::Zeroed(DigestSize(HashFunction::kMd5));
  if (!Digest(HashFunction::kMd5, data, std::span(digest.data(), digest.size()))) {
    return std::nullopt;
  }
  return HexOf(digest);
}

std::optional<Secret> HmacMd5Hex(std::string_view key, std::string_view data) {
  Secret mac = Secret::Zeroed(DigestSize(HashFunction::kMd5));
  if (!Hmac(HashFunction::kMd5, key, data, std::span(mac.data(), mac.size()))) {
    return std::nullopt;
  }
  return HexOf(mac);
}

}  // namespace sallyport
