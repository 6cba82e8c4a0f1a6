#ifndef SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_
#define SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_

// Secrets that the policy names and does not hold.

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::server {

// ReadSecret is what the file or the environment variable holds now, without the
// newline at a file's end. It fails with InvalidArgument where `reference` names
// neither or both, or where the secret is empty, and as process::ReadFile and with
// NotFound where it cannot be had; the message says which, and what to do.
absl::StatusOr<Secret> ReadSecret(const v1::SecretReference& reference);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_
