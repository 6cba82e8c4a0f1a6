#include "core/sasl/gssapi/gss_handle.h"

#include <openssl/crypto.h>

namespace sallyport {

GssBuffer::~GssBuffer() {
  if (buffer_.value == nullptr) return;
  OPENSSL_cleanse(buffer_.value, buffer_.length);
  // An empty message has memory of its own, which the library would not free.
  if (buffer_.length == 0) buffer_.length = 1;
  OM_uint32 minor = 0;
  gss_release_buffer(&minor, &buffer_);
}

gss_buffer_desc GssInput(std::string_view bytes) {
  return {.length = bytes.size(), .value = const_cast<char*>(bytes.data())};
}

bool SameOid(const gss_OID_desc* a, const gss_OID_desc* b) {
  if (a == nullptr || b == nullptr) return false;
  return std::string_view(static_cast<const char*>(a->elements), a->length) ==
         std::string_view(static_cast<const char*>(b->elements), b->length);
}

}  // namespace sallyport
