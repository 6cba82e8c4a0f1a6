#ifndef SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_
#define SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_

// A SaslServerIo whose handshakes run in the central service: the face of
// CreateEmbeddedSaslServerIo's, over gRPC. What the service says is reported from
// inside DoWork, on the owner's thread.

#include <functional>

#include "absl/status/statusor.h"
#include "client/authenticator.h"
#include "client/handshake_types.h"
#include "core/io/sasl_server_io.h"
#include "core/io/transport.h"

namespace sallyport::client {

// RemoteSaslServerIoConfig is copied; the transport and the authenticator outlive
// the io.
struct RemoteSaslServerIoConfig {
  Transport* transport = nullptr;
  Authenticator* authenticator = nullptr;
  // Of the client's connection. Which mechanisms it is offered is the service's
  // to say.
  ConnectionFacts facts;
  // Called whenever there is something for DoWork to report, on a thread of the
  // SDK's: it must only wake the owner up. Destroying the io waits for a call
  // that runs. May be empty, where the owner calls DoWork at intervals.
  std::function<void()> wake_up;
};

// CreateRemoteSaslServerIo makes an io that is not open. InvalidArgument where
// the config is null or lacks the transport or the authenticator.
absl::StatusOr<SaslServerIo> CreateRemoteSaslServerIo(const RemoteSaslServerIoConfig* config);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_
