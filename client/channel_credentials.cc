#include "client/channel_credentials.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::client {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;

absl::Status Unusable(const std::string& path, const std::string& reason) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", reason));
}

// OpenSSL would otherwise ask for a passphrase on the terminal.
int RefusePassphrase(char*, int, int, void*) { return -1; }

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unusable(path, std::strerror(errno));
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || content.str().empty()) return Unusable(path, "cannot be read, or is empty");
  return std::move(content).str();
}

Certificate ParseCertificate(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, RefusePassphrase, nullptr));
}

absl::StatusOr<std::string> ReadRoots(const std::string& path) {
  absl::StatusOr<std::string> pem = ReadFile(path);
  if (pem.ok() && !ParseCertificate(*pem)) return Unusable(path, "holds no PEM certificate");
  return pem;
}

absl::Status ReadKeyPair(const AuthenticatorTls& tls, grpc::SslCredentialsOptions& options) {
  absl::StatusOr<std::string> chain = ReadFile(tls.certificate_file);
  if (!chain.ok()) return chain.status();
  const Certificate certificate = ParseCertificate(*chain);
  if (!certificate) return Unusable(tls.certificate_file, "holds no PEM certificate");

  absl::StatusOr<std::string> pem = ReadFile(tls.key_file);
  if (!pem.ok()) return pem.status();
  const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, nullptr));
  if (!key) {
    return Unusable(tls.key_file, "holds no PEM private key that opens without a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Unusable(tls.key_file, absl::StrCat("is not the key of ", tls.certificate_file));
  }
  options.pem_cert_chain = *std::move(chain);
  options.pem_private_key = *std::move(pem);
  return absl::OkStatus();
}

void Wipe(std::string& secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const std::optional<AuthenticatorTls>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  if (tls->certificate_file.empty() != tls->key_file.empty()) {
    return absl::InvalidArgumentError(
        "mutual TLS needs both a certificate file and a key file, or neither");
  }
  grpc::SslCredentialsOptions options;
  if (!tls->ca_file.empty()) {
    absl::StatusOr<std::string> roots = ReadRoots(tls->ca_file);
    if (!roots.ok()) return roots.status();
    options.pem_root_certs = *std::move(roots);
  }
  if (!tls->certificate_file.empty()) {
    if (absl::Status status = ReadKeyPair(*tls, options); !status.ok()) return status;
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::SslCredentials(options);
  Wipe(options.pem_private_key);
  return credentials;
}

}  // namespace sallyport::client
