#ifndef SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_
#define SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_

// A SaslServerIo whose handshakes run in the central service: the face of
// CreateEmbeddedSaslServerIo's, over gRPC. What the service says is reported from
// inside DoWork, on the owner's thread. Where there is no memory once Open has
// returned, a call throws std::bad_alloc, or the process ends: a gRPC thread has
// nobody to tell.

#include <cstddef>
#include <functional>

#include "absl/status/statusor.h"
#include "client/authenticator.h"
#include "client/handshake_types.h"
#include "core/io/sasl_server_io.h"
#include "core/io/transport.h"

namespace sallyport::client {

// kMaxBytesBehindHandshake is how many bytes behind the handshake are kept while
// its outcome is on its way. Over it, they are dropped, and an io whose client was
// told that it is in fails to open with sys-temp all the same.
inline constexpr size_t kMaxBytesBehindHandshake = 128 * 1024;

// RemoteSaslServerIoConfig is copied; the transport and the authenticator outlive
// the io.
struct RemoteSaslServerIoConfig {
  Transport* transport = nullptr;
  Authenticator* authenticator = nullptr;
  // Of the client's connection. Which mechanisms it is offered is the service's
  // to say.
  ConnectionFacts facts;
  // Called whenever there is something for DoWork to report, on a thread of the
  // SDK's: it must only wake the owner up, for example by posting to its loop, and
  // call nothing of the io's. A DoWork that reports the outcome, a Close, and
  // destroying the io each wait for a call that runs: it must not wait for a lock
  // that is held there. May be empty, where the owner calls DoWork at intervals.
  std::function<void()> wake_up;
};

// CreateRemoteSaslServerIo makes an io that is not open. InvalidArgument where
// the config is null or lacks the transport or the authenticator.
absl::StatusOr<SaslServerIo> CreateRemoteSaslServerIo(const RemoteSaslServerIoConfig* config);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REMOTE_SASL_SERVER_IO_H_
