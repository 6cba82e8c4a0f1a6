#ifndef SALLYPORT_CORE_IO_SASL_SERVER_IO_H_
#define SALLYPORT_CORE_IO_SASL_SERVER_IO_H_

// The server's side of AMQP's SASL layer (AMQP 1.0 part 5 section 3) as an io
// over any transport: opening it runs the handshake with the client, and from
// then on it passes bytes through. Who runs the handshake is chosen where it is
// created: CreateEmbeddedSaslServerIo in this process,
// client::CreateRemoteSaslServerIo in the central service.
//
// A SaslServerIo is a handle. One that was default-constructed or moved from is
// empty: every call fails with FailedPrecondition, but DoWork and destruction,
// which do nothing. Destroying it forgets a handshake that runs, reports nothing
// more, and leaves the transport as it is. Thread-compatible: one thread at a
// time, the transport's callbacks included.

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "core/io/handshake_driver.h"
#include "core/io/io.h"
#include "core/io/transport.h"

namespace sallyport {

class SaslServerIoState;

class SaslServerIo final : public Io {
 public:
  SaslServerIo() = default;
  // Create makes an io that reads and writes `transport`, which must outlive it, and
  // has `driver` run its handshakes. InvalidArgument where either is null. It may
  // throw std::bad_alloc.
  static absl::StatusOr<SaslServerIo> Create(Transport* transport,
                                             std::shared_ptr<HandshakeDriver> driver);
  SaslServerIo(SaslServerIo&& other) noexcept = default;
  SaslServerIo& operator=(SaslServerIo&& other) noexcept;
  ~SaslServerIo() override;

  absl::Status Open(IoCallbacks callbacks) override;
  absl::Status Close(CloseComplete on_close_complete) override;
  absl::Status Send(std::span<const uint8_t> bytes, SendComplete on_send_complete) override;
  void DoWork() override;
  absl::Status SetOption(std::string_view name, const IoOptionValue& value) override;
  absl::StatusOr<std::unique_ptr<IoOptions>> RetrieveOptions() const override;

 private:
  explicit SaslServerIo(std::shared_ptr<SaslServerIoState> state) : state_(std::move(state)) {}

  void Destroy();

  // Shared with callbacks that run: each may destroy the handle.
  std::shared_ptr<SaslServerIoState> state_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_SASL_SERVER_IO_H_
