#ifndef SALLYPORT_CORE_SASL_EXTERNAL_EXTERNAL_H_
#define SALLYPORT_CORE_SASL_EXTERNAL_EXTERNAL_H_

// EXTERNAL (RFC 4422 appendix A): the client is who its TLS certificate names,
// which the broker has verified. An account of that name must exist.

#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateExternalServer makes the server's side.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateExternalServer(
    const ServerMechanismContext& context);

// CreateExternalClient makes the client's side, which sends the authorization id
// only. InvalidArgument where that is not UTF-8, over 1024 bytes, or contains
// NUL.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateExternalClient(
    const ClientMechanismContext& context);

// kExternal declares EXTERNAL to the registry.
inline constexpr MechanismDescriptor kExternal = {
    .name = "EXTERNAL",
    .client_first = ClientFirst::kRequired,
    .supports_authzid = true,
    .needs_certificate = true,
    .absent_is_empty = true,
    .create_server = &CreateExternalServer,
    .create_client = &CreateExternalClient,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_EXTERNAL_EXTERNAL_H_
