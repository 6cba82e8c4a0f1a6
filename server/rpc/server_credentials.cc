#include "server/rpc/server_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "process/file.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;
constexpr unsigned kRefreshSeconds = 10;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  auto pem = process::ReadFile(path, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())), BIO_free);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no certificate in PEM form in it"));
  }
  return certificate;
}

absl::StatusOr<Key> ReadKey(const std::string& path) {
  auto pem = process::ReadFile(path, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())), BIO_free);
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free);
  OPENSSL_cleanse(pem->data(), pem->size());
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": no private key in PEM form in it, without a passphrase"));
  }
  return key;
}

// gRPC would start with files that it cannot use, and then refuse every broker.
absl::Status CheckFiles(const ServerTls& tls) {
  auto certificate = ReadCertificate(tls.certificate_file);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadKey(tls.key_file);
  if (!key.ok()) return key.status();
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(tls.key_file, ": not the key of the certificate in ", tls.certificate_file));
  }
  if (tls.client_ca_file.empty()) return absl::OkStatus();
  return ReadCertificate(tls.client_ca_file).status();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const std::optional<ServerTls>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  if (absl::Status status = CheckFiles(*tls); !status.ok()) return status;
  auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->key_file, tls->certificate_file, tls->client_ca_file, kRefreshSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!tls->client_ca_file.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace sallyport::server
