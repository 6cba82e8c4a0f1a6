#ifndef SALLYPORT_CORE_SASL_MECHANISM_DESCRIPTOR_H_
#define SALLYPORT_CORE_SASL_MECHANISM_DESCRIPTOR_H_

// What a mechanism declares of itself, so that the registry, policy and the
// handshake need not know it by name. Plain data.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sasl/client_mechanism.h"
#include "core/sasl/mechanism_parameter.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// ClientFirst says who speaks first (RFC 4422 section 5).
enum class ClientFirst : uint8_t { kNo, kOptional, kRequired };

// MechanismDescriptor is what a mechanism declares of itself.
struct MechanismDescriptor {
  // 1 to 20 characters of A-Z, 0-9, hyphen and underscore (RFC 4422 section 3.1).
  std::string_view name;
  ClientFirst client_first = ClientFirst::kRequired;
  // Whether a successful outcome may carry additional data.
  bool server_sends_final_data = false;
  bool supports_authzid = false;
  // Whether it is a -PLUS variant: offered only where the connection has a
  // binding.
  bool channel_binding = false;
  // Whether the server proves itself to the client.
  bool mutual = false;
  // Whether it shows a password or token to whoever can read the connection:
  // offered only over TLS, unless the listener says otherwise.
  bool exposes_secret = false;
  // Whether its client logs in with a password.
  bool needs_password = false;
  // Whether a token vouches for the client, so that somebody must have issued it.
  bool needs_token = false;
  // Whether it needs a verified client certificate (EXTERNAL).
  bool needs_certificate = false;
  // Whether it is offered only where policy names it.
  bool opt_in = false;
  // Whether absent and empty initial responses mean the same (ANONYMOUS,
  // EXTERNAL): an absent one is then not answered by an empty challenge.
  bool absent_is_empty = false;
  // Whether the server's messages may need frames of more than the 512 bytes that
  // every peer takes; whoever speaks this mechanism takes larger ones.
  bool large_tokens = false;
  // What the sides understand, besides "mutual" and "secure".
  std::span<const KnownParameter> server_parameters;
  std::span<const KnownParameter> client_parameters;

  // Whether this machine's libraries can do it: a digest may be switched off.
  bool (*available)() = [] { return true; };
  // Called by CreateServerMechanism and CreateClientMechanism only.
  absl::StatusOr<std::unique_ptr<ServerMechanism>> (*create_server)(const ServerMechanismContext&) =
      nullptr;
  // InvalidArgument where the credentials cannot be used, and why.
  absl::StatusOr<std::unique_ptr<ClientMechanism>> (*create_client)(const ClientMechanismContext&) =
      nullptr;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_MECHANISM_DESCRIPTOR_H_
