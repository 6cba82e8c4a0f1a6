#ifndef SALLYPORT_CORE_SASL_PLAIN_PLAIN_H_
#define SALLYPORT_CORE_SASL_PLAIN_PLAIN_H_

// PLAIN (RFC 4616): the password as it is. Whether a user exists is not to be
// told from steps, bytes or work: an unknown one is checked against a decoy.

#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreatePlainServer makes the server's side.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreatePlainServer(
    const ServerMechanismContext& context);

// CreatePlainClient makes the client's side. InvalidArgument where a name or the
// password is empty, not UTF-8, over 1024 bytes, or contains NUL.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreatePlainClient(
    const ClientMechanismContext& context);

// kPlain declares PLAIN to the registry.
inline constexpr MechanismDescriptor kPlain = {
    .name = "PLAIN",
    .client_first = ClientFirst::kRequired,
    .supports_authzid = true,
    .exposes_secret = true,
    .needs_password = true,
    .create_server = &CreatePlainServer,
    .create_client = &CreatePlainClient,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PLAIN_PLAIN_H_
