#ifndef SALLYPORT_SERVER_RPC_CERTIFICATE_FILES_H_
#define SALLYPORT_SERVER_RPC_CERTIFICATE_FILES_H_

// The PEM files of a gRPC server's TLS: read together, and used together or not at all.
// Whoever replaces them does so one after the other, so what is there in between may be
// a certificate and another one's key.

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "server/config/server_config.h"

namespace sallyport::server {

// Certificates are PEM texts that fit together.
struct Certificates {
  // With the chain behind it.
  std::string certificate;
  Secret key;
  // Empty: brokers need no certificate.
  std::string client_ca;
};

// ReadCertificates is InvalidArgument, or what is wrong with reading, with the file, where
// one of them cannot be used, or the key is not the certificate's.
absl::StatusOr<Certificates> ReadCertificates(const ServerTls& tls);

// CertificateFiles notices when the files have changed. Not thread-safe.
class CertificateFiles {
 public:
  explicit CertificateFiles(ServerTls tls) : tls_(std::move(tls)) {}

  // Changed is what is in the files, if that has not been told before and fits together;
  // of what does not, the log tells once, and it is tried again at the next call. It costs little
  // where nothing has changed.
  std::optional<Certificates> Changed();

  const ServerTls& tls() const { return tls_; }

 private:
  const ServerTls tls_;
  // Of the files, as they were last used.
  std::string stamp_;
  // Why they could not be, when they were last looked at.
  absl::Status failure_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_CERTIFICATE_FILES_H_
