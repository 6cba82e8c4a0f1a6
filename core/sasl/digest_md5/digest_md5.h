#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_MD5_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_MD5_H_

// DIGEST-MD5 (RFC 2831, which RFC 6331 moved to historic), without security layers
// (qop "auth"), and with the faster login of a client that comes again (section 2.2).
// Who reads it can guess the password, and the server must know it in the clear.
// Whether a user exists is not to be told from steps, bytes or work.

#include <memory>

#include "absl/status/statusor.h"
#include "core/crypto/hash.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateDigestMd5Server makes the server's side. InvalidArgument where neither the
// settings nor the parameters have a realm that can be offered, and where the
// parameter "nonce" cannot be quoted.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateDigestMd5Server(
    const ServerMechanismContext& context);

// CreateDigestMd5Client makes the client's side. It goes on from the session of the
// context where that is of the same user, host and realm, and begins anew otherwise.
// InvalidArgument where a name or the password cannot be prepared or is empty, without
// a server name, and where there is no randomness.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateDigestMd5Client(
    const ClientMechanismContext& context);

// kDigestMd5ServerParameters: "realm" takes the place of the settings' realm; "nonce" is
// the server's, for tests.
inline constexpr KnownParameter kDigestMd5ServerParameters[] = {{"realm"}, {"nonce", true}};

// kDigestMd5ClientParameters: "realm" is which of the server's to use, rather than the
// first; "service" is what digest-uri begins with, rather than "amqp"; "nonce" is the
// client's (cnonce), for tests.
inline constexpr KnownParameter kDigestMd5ClientParameters[] = {
    {"realm"}, {"service"}, {"nonce", true}};

// kDigestMd5 declares DIGEST-MD5 to the registry.
inline constexpr MechanismDescriptor kDigestMd5 = {
    .name = "DIGEST-MD5",
    .client_first = ClientFirst::kOptional,
    .server_sends_final_data = true,
    .supports_authzid = true,
    .mutual = true,
    .needs_password = true,
    .opt_in = true,
    .server_parameters = kDigestMd5ServerParameters,
    .client_parameters = kDigestMd5ClientParameters,
    .available = [] { return IsAvailable(HashFunction::kMd5); },
    .create_server = &CreateDigestMd5Server,
    .create_client = &CreateDigestMd5Client,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_MD5_H_
