#ifndef SALLYPORT_SERVER_TELEMETRY_CERTIFICATE_EXPIRY_H_
#define SALLYPORT_SERVER_TELEMETRY_CERTIFICATE_EXPIRY_H_

// When the certificates in a file expire. Thread-safe.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sallyport::server {

// CertificateExpiry is when the first certificate in the PEM file at `path` expires; of a
// file of authorities (`all`), when the first of them does. It fails as process::ReadFile
// does, and with InvalidArgument where there is no certificate in the file.
absl::StatusOr<absl::Time> CertificateExpiry(const std::string& path, bool all);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_CERTIFICATE_EXPIRY_H_
