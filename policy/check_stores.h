#ifndef SALLYPORT_POLICY_CHECK_STORES_H_
#define SALLYPORT_POLICY_CHECK_STORES_H_

// What can be judged of stores and token issuers without asking them.

#include "policy/policy_path.h"
#include "policy/problems.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// CheckStore reports what is wrong with `store`, which stands at `path`.
void CheckStore(const v1::Store& store, const PolicyPath& path, Problems* problems);

// CheckTokenIssuer reports what is wrong with `issuer`, which stands at `path`.
void CheckTokenIssuer(const v1::TokenIssuer& issuer, const PolicyPath& path, Problems* problems);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_CHECK_STORES_H_
