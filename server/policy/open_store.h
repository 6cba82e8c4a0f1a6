#ifndef SALLYPORT_SERVER_POLICY_OPEN_STORE_H_
#define SALLYPORT_SERVER_POLICY_OPEN_STORE_H_

// The one place that knows every kind of store.

#include <memory>

#include "absl/status/statusor.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

// OpenPolicyStore opens what `settings` describes. InvalidArgument and others where it
// cannot be; a store that is down is no error.
absl::StatusOr<std::shared_ptr<CredentialStore>> OpenPolicyStore(const v1::Store& settings);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_OPEN_STORE_H_
