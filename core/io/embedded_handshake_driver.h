#ifndef SALLYPORT_CORE_IO_EMBEDDED_HANDSHAKE_DRIVER_H_
#define SALLYPORT_CORE_IO_EMBEDDED_HANDSHAKE_DRIVER_H_

// Runs the handshakes of an io on ServerHandshake, and plays its host: it asks
// the program's CredentialProvider, and keeps the bytes that the handshake has
// not used up. Internal to core/io. Not thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/amqp/wiped_buffer.h"
#include "core/handshake/server_handshake.h"
#include "core/io/embedded_sasl_server_io.h"
#include "core/io/handshake_driver.h"

namespace sallyport {

class EmbeddedHandshakeDriver final : public HandshakeDriver,
                                      public std::enable_shared_from_this<EmbeddedHandshakeDriver> {
 public:
  // EmbeddedHandshakeDriver copies all of `config` but what it points to.
  explicit EmbeddedHandshakeDriver(const EmbeddedSaslServerIoConfig& config);

  absl::Status Start(HandshakeEvents events) override;
  void Receive(std::span<const uint8_t> bytes) override;
  void DoWork() override {}
  void Stop() override;

 private:
  // One handshake, which a callback that runs keeps also where it stops the driver.
  struct Run {
    void DropConsumed();

    // Set in Start, in room that was had when the run was made.
    std::optional<ServerHandshake> handshake;
    HandshakeEvents events;

    // What was received behind the first `consumed` bytes.
    amqp::WipedBuffer kept;
    uint64_t consumed = 0;
  };

  // Advance does what the step that `take_step` takes asks for; nullopt: nothing.
  template <typename TakeStep>
  void Advance(const std::shared_ptr<Run>& run, TakeStep take_step);
  void Act(const std::shared_ptr<Run>& run, HandshakeStep step);
  template <typename Answer>
  std::function<void(Answer)> AnswerTo(const std::shared_ptr<Run>& run, uint64_t ticket);
  void End(const std::shared_ptr<Run>& run, HandshakeOutcome outcome);

  const std::vector<const MechanismDescriptor*> mechanisms_;
  const std::vector<ChannelBinding> channel_bindings_;
  const std::string peer_certificate_;
  const HandshakeLimits limits_;
  CredentialProvider& credentials_;
  const ServerMechanismSettings& settings_;
  RandomSource& random_;
  // Null where no handshake runs.
  std::shared_ptr<Run> run_;
  // For the first Start; null from then on.
  std::shared_ptr<Run> next_run_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_EMBEDDED_HANDSHAKE_DRIVER_H_
