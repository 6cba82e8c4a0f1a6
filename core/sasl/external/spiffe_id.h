#ifndef SALLYPORT_CORE_SASL_EXTERNAL_SPIFFE_ID_H_
#define SALLYPORT_CORE_SASL_EXTERNAL_SPIFFE_ID_H_

// SPIFFE IDs ("The SPIFFE Identity and Verifiable Identity Document", section 2):
// the names of workloads, as spiffe://trust-domain/path. Pure.

#include <cstddef>
#include <string_view>

namespace sallyport {

// kMaxSpiffeIdSize bounds an ID, in bytes.
inline constexpr size_t kMaxSpiffeIdSize = 2048;

// IsSpiffeId tells whether `uri` is the ID of a workload. Each has one spelling
// only: the scheme and the trust domain must be in lower case, nothing may be
// percent-encoded. The ID of a trust domain, which has no path, names nobody.
bool IsSpiffeId(std::string_view uri);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_EXTERNAL_SPIFFE_ID_H_
