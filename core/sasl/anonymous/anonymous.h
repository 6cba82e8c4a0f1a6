#ifndef SALLYPORT_CORE_SASL_ANONYMOUS_ANONYMOUS_H_
#define SALLYPORT_CORE_SASL_ANONYMOUS_ANONYMOUS_H_

// ANONYMOUS (RFC 4505): anybody, with a trace if they like. The trace is read
// for its length only, and never kept.

#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateAnonymousServer makes the server's side; it asks for no credentials.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateAnonymousServer(
    const ServerMechanismContext& context);

// CreateAnonymousClient makes the client's side; the authentication id, which
// may be empty, is the trace. InvalidArgument where it cannot be one.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateAnonymousClient(
    const ClientMechanismContext& context);

// kAnonymous declares ANONYMOUS to the registry.
inline constexpr MechanismDescriptor kAnonymous = {
    .name = "ANONYMOUS",
    .client_first = ClientFirst::kRequired,
    .opt_in = true,
    .absent_is_empty = true,
    .create_server = &CreateAnonymousServer,
    .create_client = &CreateAnonymousClient,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_ANONYMOUS_ANONYMOUS_H_
