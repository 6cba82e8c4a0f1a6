#ifndef SALLYPORT_CORE_IO_TRANSPORT_H_
#define SALLYPORT_CORE_IO_TRANSPORT_H_

// The byte stream under an io: a socket, a TLS connection, a pipe of a test. It
// is open already, belongs to the program, and outlives the io that is put on
// it. Its callbacks come on the thread that calls it. An io reaches it from one
// thread only.
//
// A transport that has lost its peer, or whose peer has sent its last, calls the
// receiver with no bytes (null, 0), once.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "core/io/io_options.h"

namespace sallyport {

// SendResult is what became of bytes that a transport took.
enum class SendResult : uint8_t { kOk, kError, kCancelled };

// SendComplete hears once what became of them. May be empty.
using SendComplete = std::function<void(SendResult)>;

// CloseComplete is called once, when nothing is left open. May be empty.
using CloseComplete = std::function<void()>;

class Transport {
 public:
  // Receiver takes what the peer sent: `size` bytes, valid for the call.
  using Receiver = std::function<void(const uint8_t* bytes, size_t size)>;

  virtual ~Transport() = default;

  // SetReceiver says who takes the peer's bytes from now on; empty: nobody. It
  // calls no receiver before it returns: what has come already is handed over
  // later, for example in DoWork. A receiver may set another one, itself included.
  virtual void SetReceiver(Receiver receiver) = 0;

  // Send takes `bytes`, which are valid for the call, behind those taken before.
  // Where it fails it has taken nothing, and `on_send_complete` is not called.
  virtual absl::Status Send(std::span<const uint8_t> bytes, SendComplete on_send_complete) = 0;

  // Close closes the stream once what was taken has been sent. Where it fails,
  // the stream is as it was, and nobody was called meanwhile: not the receiver, no
  // SendComplete, nor `on_close_complete`.
  virtual absl::Status Close(CloseComplete on_close_complete) = 0;

  // DoWork moves bytes, as far as that goes without waiting.
  virtual void DoWork() = 0;

  // SetOption fails for what the transport does not know or cannot take.
  virtual absl::Status SetOption(std::string_view name, const IoOptionValue& value) = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_TRANSPORT_H_
