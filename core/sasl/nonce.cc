#include "core/sasl/nonce.h"

#include <array>
#include <string_view>

#include "core/crypto/base64.h"

namespace sallyport {

std::string NewNonce(RandomSource& random) {
  std::array<char, 18> bytes;
  std::string nonce;
  if (!random.Fill(bytes)) return nonce;
  nonce.reserve(24);
  AppendBase64(std::string_view(bytes.data(), bytes.size()), &nonce);
  return nonce;
}

}  // namespace sallyport
