#ifndef SALLYPORT_SERVER_HTTP_TLS_FILES_H_
#define SALLYPORT_SERVER_HTTP_TLS_FILES_H_

// The files that a TLS client is given.

#include <string>

#include "absl/status/status.h"

namespace sallyport::server {

// CheckTlsFiles is OK where each file that is named can be read and holds what it
// should, in PEM: `ca_file` certificates, `cert_file` a certificate whose key
// `key_file` holds, without a passphrase. InvalidArgument says which does not.
absl::Status CheckTlsFiles(const std::string& ca_file, const std::string& cert_file,
                           const std::string& key_file);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_HTTP_TLS_FILES_H_
