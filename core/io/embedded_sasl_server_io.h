#ifndef SALLYPORT_CORE_IO_EMBEDDED_SASL_SERVER_IO_H_
#define SALLYPORT_CORE_IO_EMBEDDED_SASL_SERVER_IO_H_

// A SaslServerIo whose handshakes run in this process, on the state machine that
// the service runs (core/handshake). It keeps no time: whoever opened it closes
// it when the client takes too long.

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/crypto/random_source.h"
#include "core/handshake/server_handshake.h"
#include "core/io/credential_provider.h"
#include "core/io/sasl_server_io.h"
#include "core/io/transport.h"
#include "core/sasl/channel_binding.h"
#include "core/sasl/mechanism_descriptor.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// EmbeddedSaslServerIoConfig is copied; what its pointers lead to outlives the io.
struct EmbeddedSaslServerIoConfig {
  Transport* transport = nullptr;
  // In order of preference, for example &kScramSha256. Nothing is ever added: to
  // let clients in without authentication, name ANONYMOUS alone.
  std::span<const MechanismDescriptor* const> mechanisms;
  CredentialProvider* credentials = nullptr;
  // With a decoy key.
  const ServerMechanismSettings* settings = nullptr;
  // max_bytes bounds also what a client sends on while something is looked up:
  // over it, the handshake ends with sys-temp.
  HandshakeLimits limits;
  RandomSource* random = &SystemRandom();
  // Of the client's TLS connection, and its leaf certificate in DER, verified.
  std::vector<ChannelBinding> channel_bindings;
  std::string peer_certificate;
};

// CreateEmbeddedSaslServerIo makes an io that is not open. InvalidArgument where
// the config is null, lacks a part, names a count of mechanisms without
// mechanisms or mechanisms without a count, or limits frames below AMQP's
// minimum; ResourceExhausted where there is no memory. What is wrong with the
// mechanisms themselves (one is null, has no proper name or comes twice, their
// names do not fit a frame) makes Open fail with InvalidArgument.
absl::StatusOr<SaslServerIo> CreateEmbeddedSaslServerIo(const EmbeddedSaslServerIoConfig* config);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_EMBEDDED_SASL_SERVER_IO_H_
