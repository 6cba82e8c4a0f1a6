#include "server/http/tls_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// Without it, OpenSSL would ask whoever sits at the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Status Unusable(const std::string& file, const char* expected) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat("cannot use ", file, ": ",
                                                 reason == nullptr ? "unknown error" : reason,
                                                 "; expected ", expected));
}

}  // namespace

absl::Status CheckTlsFiles(const std::string& ca_file, const std::string& cert_file,
                           const std::string& key_file) {
  if (cert_file.empty() != key_file.empty()) {
    return absl::InvalidArgumentError(
        "'cert_file' and 'key_file' need each other: set both, or neither");
  }
  const std::unique_ptr<SSL_CTX, ContextDeleter> context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return absl::ResourceExhaustedError("there is no memory for TLS");
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context.get(), &NoPassphrase);
  if (!ca_file.empty() &&
      SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
    return Unusable(ca_file, "readable certificates in PEM");
  }
  if (cert_file.empty()) return absl::OkStatus();
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) != 1) {
    return Unusable(cert_file, "a readable certificate in PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Unusable(key_file, "the certificate's key in PEM, without a passphrase");
  }
  return absl::OkStatus();
}

}  // namespace sallyport::server
