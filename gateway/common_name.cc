#include <openssl/asn1.h>

#include "absl/status/status.h"
#include "gateway/certificate_minter.h"

namespace sallyport::gateway {
namespace {

bool IsControlCharacter(unsigned long code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

}  // namespace

absl::Status CheckCommonName(std::string_view identity) {
  if (identity.empty()) {
    return absl::InvalidArgumentError("the identity is empty and cannot be a common name");
  }
  size_t characters = 0;
  while (!identity.empty()) {
    unsigned long code_point = 0;
    const int size = UTF8_getc(reinterpret_cast<const unsigned char*>(identity.data()),
                               static_cast<int>(identity.size()), &code_point);
    if (size <= 0) {
      return absl::InvalidArgumentError("the identity is not UTF-8 and cannot be a common name");
    }
    if (IsControlCharacter(code_point)) {
      return absl::InvalidArgumentError(
          "the identity has a control character and cannot be a common name");
    }
    if (++characters > kMaxCommonNameLength) {
      return absl::InvalidArgumentError(
          "the identity is longer than the 64 characters that a common name may have");
    }
    identity.remove_prefix(static_cast<size_t>(size));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::gateway
