#include "server/rpc/server_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/secret.h"
#include "server/rpc/certificate_files.h"

namespace sallyport::server {
namespace {

// What gRPC asks, before each connection's TLS handshake, for certificates that are newer
// than those it has.
class CertificateSource {
 public:
  explicit CertificateSource(ServerTls tls) : files_(std::move(tls)) {}

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* source, grpc_ssl_server_certificate_config** config) {
    return static_cast<CertificateSource*>(source)->Fetch(config);
  }

 private:
  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    absl::MutexLock lock(&mutex_);
    const auto changed = files_.Changed();
    if (!changed) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    std::string key(changed->key.view());
    const grpc_ssl_pem_key_cert_pair pair = {.private_key = key.c_str(),
                                             .cert_chain = changed->certificate.c_str()};
    // gRPC aborts where there is no authority, also where no broker is asked for a certificate
    // and so none is looked at.
    const std::string& authority =
        changed->client_ca.empty() ? changed->certificate : changed->client_ca;
    *config = grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
    Wipe(&key);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  absl::Mutex mutex_;
  CertificateFiles files_ ABSL_GUARDED_BY(mutex_);
};

// gRPC does not say when it lets go of a source, so each stays until the process ends.
CertificateSource* NewSource(const ServerTls& tls) {
  static auto* const mutex = new absl::Mutex;
  static auto* const sources = new std::vector<std::unique_ptr<CertificateSource>>;
  absl::MutexLock lock(mutex);
  return sources->emplace_back(std::make_unique<CertificateSource>(tls)).get();
}

// gRPC's C++ library reads certificates from files too, but may pair a new certificate with
// an old key, and then refuses every connection.
class RotatingCredentials final : public grpc::ServerCredentials {
 public:
  explicit RotatingCredentials(const ServerTls& tls)
      : credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                tls.client_ca_file.empty()
                    ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                    : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
                CertificateSource::Fetch, NewSource(tls)))) {}
  ~RotatingCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const std::optional<ServerTls>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  // gRPC would start with files that it cannot use, and then refuse every broker.
  if (absl::Status status = ReadCertificates(*tls).status(); !status.ok()) return status;
  return std::make_shared<RotatingCredentials>(*tls);
}

}  // namespace sallyport::server
