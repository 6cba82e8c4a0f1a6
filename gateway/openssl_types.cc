#include "gateway/openssl_types.h"

#include <openssl/err.h>

namespace sallyport::gateway {

std::string TakeOpenSslError() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

}  // namespace sallyport::gateway
