#include <array>

#include "core/crypto/base64.h"
#include "core/sasl/scram/scram.h"

namespace sallyport {

std::string NewScramNonce(RandomSource& random) {
  std::array<char, 18> bytes;
  std::string nonce;
  if (!random.Fill(bytes)) return nonce;
  nonce.reserve(24);
  AppendBase64(std::string_view(bytes.data(), bytes.size()), &nonce);
  return nonce;
}

}  // namespace sallyport
