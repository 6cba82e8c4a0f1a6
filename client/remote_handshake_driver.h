#ifndef SALLYPORT_CLIENT_REMOTE_HANDSHAKE_DRIVER_H_
#define SALLYPORT_CLIENT_REMOTE_HANDSHAKE_DRIVER_H_

// Has the central service run an io's handshakes. What the SDK's threads report
// waits in a queue until the owner calls DoWork. Used from one thread.

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "client/authenticator.h"
#include "client/handshake_types.h"
#include "client/remote_sasl_server_io.h"
#include "core/io/handshake_driver.h"

namespace sallyport::client {

class RemoteHandshakeDriver final : public HandshakeDriver {
 public:
  explicit RemoteHandshakeDriver(const RemoteSaslServerIoConfig& config);
  ~RemoteHandshakeDriver() override;

  absl::Status Start(HandshakeEvents events) override;
  void Receive(std::span<const uint8_t> bytes) override;
  void DoWork() override;
  void Stop() override;

 private:
  class Queue;
  // One handshake, which a callback that runs keeps also where it stops the
  // driver.
  struct Run;

  void End(const std::shared_ptr<Run>& run, Outcome outcome, std::string rest);

  Authenticator& authenticator_;
  const ConnectionFacts facts_;
  const std::function<void()> wake_up_;
  // Null where no handshake runs.
  std::shared_ptr<Run> run_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REMOTE_HANDSHAKE_DRIVER_H_
