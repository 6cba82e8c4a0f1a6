#ifndef SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MD5_H_
#define SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MD5_H_

// CRAM-MD5 (RFC 2195): the HMAC of the server's challenge, keyed with the password.
// Obsolete: who reads it can guess the password, the server must know it in the clear,
// and proves nothing itself. Whether a user exists is not to be told from steps, bytes
// or work.

#include <memory>

#include "absl/status/statusor.h"
#include "core/crypto/hash.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateCramMd5Server makes the server's side. InvalidArgument where the parameter
// "nonce" is not a challenge.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateCramMd5Server(
    const ServerMechanismContext& context);

// CreateCramMd5Client makes the client's side. InvalidArgument where the name or the
// password cannot be prepared or is empty, and for an authorization id.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateCramMd5Client(
    const ClientMechanismContext& context);

// kCramMd5ServerParameters: "nonce" is the challenge, for tests.
inline constexpr KnownParameter kCramMd5ServerParameters[] = {{"nonce", true}};

// kCramMd5 declares CRAM-MD5 to the registry.
inline constexpr MechanismDescriptor kCramMd5 = {
    .name = "CRAM-MD5",
    .client_first = ClientFirst::kNo,
    .needs_password = true,
    .opt_in = true,
    .server_parameters = kCramMd5ServerParameters,
    .available = [] { return IsAvailable(HashFunction::kMd5); },
    .create_server = &CreateCramMd5Server,
    .create_client = &CreateCramMd5Client,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CRAM_MD5_CRAM_MD5_H_
