#include "core/crypto/base64.h"

#include <openssl/evp.h>

#include <cstddef>
#include <limits>

namespace sallyport {
namespace {

// A multiple of 3, so that only the last block is padded, and within an int.
constexpr size_t kEncodeBlock = 3 << 20;

const unsigned char* Unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

void AppendBase64(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const std::string_view block = bytes.substr(0, kEncodeBlock);
    bytes.remove_prefix(block.size());
    const size_t start = out->size();
    const size_t encoded = (block.size() + 2) / 3 * 4;
    // EVP_EncodeBlock ends with a NUL.
    out->resize(start + encoded + 1);
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out->data() + start), Unsigned(block),
                    static_cast<int>(block.size()));
    out->pop_back();
  }
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0 || text.size() > size_t{std::numeric_limits<int>::max()}) {
    return std::nullopt;
  }
  // EVP_DecodeBlock reads '=' as 'A' anywhere.
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  if (digits.find('=') != std::string_view::npos) return std::nullopt;

  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), Unsigned(text),
                                   static_cast<int>(text.size()));
  // It skips white space and hyphens at the ends: the size then falls short.
  if (size < 0 || static_cast<size_t>(size) != bytes.size()) return std::nullopt;
  for (size_t i = 0; i < padding; ++i) {
    // What the padding stands for holds the bits behind the last octet.
    if (bytes.back() != '\0') return std::nullopt;
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace sallyport
