#ifndef SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_
#define SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_

// A store's own secrets, which the policy names and does not contain. Thread-safe.

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::server {

// ReadSecret reads the file or the environment variable anew. One newline at the end
// of a file is not part of the secret. InvalidArgument where the reference names not
// exactly one of them, the secret is empty or has a NUL in it; or as ReadFile fails.
absl::StatusOr<Secret> ReadSecret(const v1::SecretReference& reference);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SECRET_REFERENCE_H_
