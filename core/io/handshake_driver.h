#ifndef SALLYPORT_CORE_IO_HANDSHAKE_DRIVER_H_
#define SALLYPORT_CORE_IO_HANDSHAKE_DRIVER_H_

// What runs the SASL handshake of an io: here (core/io's own), or in the central
// service (the client SDK's). An io calls it from one thread, and hears of it
// there. Not thread-safe.

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "core/io/io.h"

namespace sallyport {

// HandshakeEvents are what a driver reports. Each may stop or start the driver.
// What they point to is valid for the call; a result's `code` is the io's to set.
struct HandshakeEvents {
  // `size` bytes for the client.
  std::function<void(const uint8_t* bytes, size_t size)> on_send;
  // The last event of a handshake whose frames could be read: who the client is,
  // or why not; `rest` is what it sent behind the handshake.
  std::function<void(OpenResult result, std::span<const uint8_t> rest)> on_outcome;
  // The last event of a handshake whose frames, or what is in them, could not be
  // read. One event for both codecs, that of frames and that of what is in them:
  // the result's `reason` is kMalformedFrame or kTooLarge for either.
  std::function<void(OpenResult result)> on_codec_error;
};

class HandshakeDriver {
 public:
  virtual ~HandshakeDriver() = default;

  // Start begins a handshake. Where it fails there were no events. It may throw
  // std::bad_alloc; so may any other call of a driver that does not say that its
  // handshake ends where there is no memory.
  virtual absl::Status Start(HandshakeEvents events) = 0;

  // Receive takes bytes from the client; never none.
  virtual void Receive(std::span<const uint8_t> bytes) = 0;

  // DoWork reports what has come to pass on other threads.
  virtual void DoWork() = 0;

  // Stop forgets the handshake, if one runs: no event comes after it.
  virtual void Stop() = 0;
};

// IsCodecError is whether a handshake failed for bytes that could not be read.
inline bool IsCodecError(FailureReason reason) {
  return reason == FailureReason::kProtocolHeader || reason == FailureReason::kMalformedFrame ||
         reason == FailureReason::kTooLarge;
}

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_HANDSHAKE_DRIVER_H_
