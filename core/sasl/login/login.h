#ifndef SALLYPORT_CORE_SASL_LOGIN_LOGIN_H_
#define SALLYPORT_CORE_SASL_LOGIN_LOGIN_H_

// LOGIN (draft-murchison-sasl-login-00): the name and the password as they are, each
// in answer to a prompt. An obsolete PLAIN, for clients that have nothing else.
// Whether a user exists is not to be told from steps, bytes or work.

#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateLoginServer makes the server's side. An initial response that is not empty is
// the name.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateLoginServer(
    const ServerMechanismContext& context);

// CreateLoginClient makes the client's side, which answers whatever two prompts the
// server has. InvalidArgument where the name or the password is empty, not UTF-8,
// over 1024 bytes, or contains NUL, and for an authorization id.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateLoginClient(
    const ClientMechanismContext& context);

// kLogin declares LOGIN to the registry.
inline constexpr MechanismDescriptor kLogin = {
    .name = "LOGIN",
    .client_first = ClientFirst::kOptional,
    .exposes_secret = true,
    .needs_password = true,
    .opt_in = true,
    .create_server = &CreateLoginServer,
    .create_client = &CreateLoginClient,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_LOGIN_LOGIN_H_
