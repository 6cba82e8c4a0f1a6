#ifndef SALLYPORT_CORE_IO_IO_H_
#define SALLYPORT_CORE_IO_IO_H_

// The face of an io: a layer over a transport that is opened, carries bytes and
// is closed. What it reports comes in callbacks, on the thread that calls it or
// its transport; each may close or destroy the io, and what one throws passes
// through to that thread. A context travels inside the callback, which is let go
// when the io is closed or destroyed. Thread-compatible: one thread at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/amqp/sasl_code.h"
#include "core/io/io_options.h"
#include "core/io/transport.h"
#include "core/sasl/failure_reason.h"
#include "core/sasl/identity.h"

namespace sallyport {

// OpenCode says how opening an io ended.
enum class OpenCode : uint8_t { kOk, kError, kCancelled };

// OpenResult is how opening an io ended, and whom it let in.
struct OpenResult {
  OpenCode code = OpenCode::kError;
  // Set if and only if `code` is kOk. Its mechanism is empty where this build has
  // none of the name that the service gave.
  std::optional<Identity> identity;
  // What the client was told, where the handshake came to an outcome.
  amqp::SaslCode sasl_code = amqp::SaslCode::kSys;
  // Set where the handshake failed; not where the transport did, or the owner
  // closed the io.
  std::optional<FailureReason> reason;
  // A sentence for the log; never a secret.
  std::string detail;
  // What the client named in sasl-init; empty: nothing.
  std::string hostname;
  // The id in the service's log; empty where there is no service.
  std::string handshake_id;
};

// IoCallbacks are whom an io reports to; none may be missing.
struct IoCallbacks {
  // Once for each Open that returned OK; a second time, with kError, should the
  // handshake go on after it had ended.
  std::function<void(const OpenResult&)> on_open_complete;
  // The peer's bytes, in order, valid for the call; only while the io is open.
  std::function<void(std::span<const uint8_t>)> on_bytes_received;
  // The io is of no more use, but to be closed.
  std::function<void()> on_error;
};

// SRS_SASL_SERVER_IO_01_001
class Io {
 public:
  virtual ~Io() = default;

  // Open begins to open the io. InvalidArgument where a callback is missing,
  // FailedPrecondition unless the io is closed, ResourceExhausted where there is
  // no memory. Where it fails no callback is called. An open that fails later
  // closes the transport itself behind on_open_complete, and reports no more: the
  // io can be opened again once that is closed, and needs a Close only where the
  // transport could not be.
  virtual absl::Status Open(IoCallbacks callbacks) = 0;

  // Close closes the io and its transport; an io that is still opening reports
  // kCancelled. FailedPrecondition where it is closed or closing; the
  // transport's error, and the io is as it was, where that cannot be closed.
  virtual absl::Status Close(CloseComplete on_close_complete) = 0;

  // Send hands `bytes` to the transport. InvalidArgument where there are none,
  // FailedPrecondition unless the io is open, else the transport's answer.
  virtual absl::Status Send(std::span<const uint8_t> bytes, SendComplete on_send_complete) = 0;

  // DoWork does what there is to do without waiting for a peer. Nothing on an empty
  // handle.
  virtual void DoWork() = 0;

  // SetOption hands the option to the transport. InvalidArgument where the name
  // is missing, else the transport's answer.
  virtual absl::Status SetOption(std::string_view name, const IoOptionValue& value) = 0;

  // RetrieveOptions gives the io's own options. ResourceExhausted where there is
  // no memory.
  virtual absl::StatusOr<std::unique_ptr<IoOptions>> RetrieveOptions() const = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_IO_H_
