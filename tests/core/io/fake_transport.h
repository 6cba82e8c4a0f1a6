#ifndef SALLYPORT_TESTS_CORE_IO_FAKE_TRANSPORT_H_
#define SALLYPORT_TESTS_CORE_IO_FAKE_TRANSPORT_H_

// A transport that a test is the other end of, and can make fail; and somebody
// who writes down what an io reports. Both write into one log, so that it shows
// what came first; a frame of the handshake's is a line of its own, however the
// sends were cut. Not thread-safe.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/io.h"
#include "core/io/transport.h"

namespace sallyport {

using IoLog = std::vector<std::string>;

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(IoLog* log) : log_(*log) {}

  void SetReceiver(Receiver receiver) override { this->receiver = std::move(receiver); }
  absl::Status Send(std::span<const uint8_t> bytes, SendComplete on_send_complete) override;
  absl::Status Close(CloseComplete on_close_complete) override;
  void DoWork() override { log_.push_back("transport worked"); }
  absl::Status SetOption(std::string_view name, const IoOptionValue& value) override;

  // Deliver hands the io what the client sent, from memory that is gone when it
  // returns.
  void Deliver(std::string_view bytes);
  // FinishClose tells the io that the transport is closed.
  void FinishClose();

  Receiver receiver;
  // All that was sent.
  std::string sent;
  std::map<std::string, IoOptionValue, std::less<>> options;
  SendComplete on_send_complete;
  const uint8_t* last_buffer = nullptr;
  // What the calls answer; an error has no other effect.
  absl::Status send_status;
  absl::Status close_status;
  absl::Status option_status;
  // Whether Close ends before it returns.
  bool closes_at_once = true;
  // Called at the end of each Send, where set.
  std::function<void()> after_send;

 private:
  IoLog& log_;
  CloseComplete on_close_complete_;
};

// IoRecorder gives an io callbacks, which must not outlive it.
class IoRecorder {
 public:
  explicit IoRecorder(IoLog* log) : log_(*log) {}

  IoCallbacks Callbacks();
  CloseComplete OnClosed();

  // results are those of on_open_complete, received the bytes.
  std::vector<OpenResult> results;
  std::string received;
  // Called inside the callbacks, where set.
  std::function<void()> at_open_complete;
  std::function<void()> at_bytes_received;
  std::function<void()> at_error;

 private:
  IoLog& log_;
};

// Without is `log` without the lines that are `line`.
IoLog Without(IoLog log, std::string_view line);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_IO_FAKE_TRANSPORT_H_
