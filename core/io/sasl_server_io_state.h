#ifndef SALLYPORT_CORE_IO_SASL_SERVER_IO_STATE_H_
#define SALLYPORT_CORE_IO_SASL_SERVER_IO_STATE_H_

// The states of a SaslServerIo, and what each event means in them. What it hands
// to its transport and its driver holds it weakly: once the handle is gone, those
// do nothing. Internal to core/io. Not thread-safe.

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "core/amqp/wiped_buffer.h"
#include "core/io/handshake_driver.h"
#include "core/io/io.h"
#include "core/io/transport.h"

namespace sallyport {

// Refusal is an error that has no message where there is no memory for one.
absl::Status Refusal(absl::StatusCode code, const char* why);

// OutOfMemory has none.
absl::Status OutOfMemory();

class SaslServerIoState : public std::enable_shared_from_this<SaslServerIoState> {
 public:
  SaslServerIoState(Transport& transport, std::shared_ptr<HandshakeDriver> driver)
      : transport_(&transport), driver_(std::move(driver)) {}

  // See io.h.
  absl::Status Open(IoCallbacks callbacks);
  absl::Status Close(CloseComplete on_close_complete);
  absl::Status Send(std::span<const uint8_t> bytes, SendComplete on_send_complete);
  void DoWork();
  absl::Status SetOption(std::string_view name, const IoOptionValue& value);

  // Abandon is the handle's end: nothing is reported from here on, and the
  // transport, which may be gone soon, is not touched.
  void Abandon();

 private:
  enum class State : uint8_t {
    kNotOpen,
    kOpening,
    kOpen,
    kClosing,
    kError,  // what was open is to be closed, and does nothing else
  };

  // Takes an Open that failed back.
  void Reset();
  HandshakeEvents EventsForDriver();
  void OnTransportBytes(const uint8_t* bytes, size_t size);
  void OnTransportClosed();
  void OnHandshakeSent(SendResult result);
  void OnDriverSend(const uint8_t* bytes, size_t size);
  void OnDriverOutcome(OpenResult result, std::span<const uint8_t> rest);
  void OnDriverCodecError(OpenResult result);

  absl::Status SendOnTransport(std::span<const uint8_t> bytes);
  absl::Status CloseTransport();
  void Succeed(OpenResult result, std::span<const uint8_t> rest);
  void FailOpen(OpenResult result);
  void Break();
  bool abandoned() const { return transport_ == nullptr; }

  Transport* transport_;
  const std::shared_ptr<HandshakeDriver> driver_;
  State state_ = State::kNotOpen;
  // Null where nothing is open. Shared with the callback that runs, which may open
  // the io anew: each Open has its own.
  std::shared_ptr<const IoCallbacks> callbacks_;
  bool open_is_pending_ = false;
  // What came while the open was being reported.
  bool holding_back_ = false;
  amqp::WipedBuffer held_back_;
  CloseComplete on_close_complete_;
  bool calling_close_ = false;
  bool closed_at_once_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_SASL_SERVER_IO_STATE_H_
