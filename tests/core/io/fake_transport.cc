#include "tests/core/io/fake_transport.h"

#include "tests/core/handshake/frame_bytes.h"

namespace sallyport {
namespace {

void CallIfSet(const std::function<void()>& function) {
  if (function) function();
}

}  // namespace

absl::Status FakeTransport::Send(std::span<const uint8_t> bytes, SendComplete on_complete) {
  if (!send_status.ok()) return send_status;
  const std::string_view chars(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const std::string& frame : ReadFrames(chars)) {
    log_.push_back("send " + (frame == "garbage" ? std::string(chars) : frame));
  }
  sent.append(chars);
  last_buffer = bytes.data();
  on_send_complete = std::move(on_complete);
  CallIfSet(after_send);
  return absl::OkStatus();
}

absl::Status FakeTransport::Close(CloseComplete on_close_complete) {
  if (!close_status.ok()) return close_status;
  log_.push_back("close transport");
  on_close_complete_ = std::move(on_close_complete);
  if (closes_at_once) FinishClose();
  return absl::OkStatus();
}

void FakeTransport::FinishClose() { CallIfSet(std::exchange(on_close_complete_, nullptr)); }

absl::Status FakeTransport::SetOption(std::string_view name, const IoOptionValue& value) {
  if (!option_status.ok()) return option_status;
  options[std::string(name)] = value;
  return absl::OkStatus();
}

void FakeTransport::Deliver(std::string_view bytes) {
  const std::vector<uint8_t> piece(bytes.begin(), bytes.end());
  // The io may set another receiver meanwhile.
  const Receiver now = receiver;
  now(piece.data(), piece.size());
}

IoCallbacks IoRecorder::Callbacks() {
  return {
      .on_open_complete =
          [this](const OpenResult& result) {
            static constexpr const char* kNames[] = {"open ok", "open error", "open cancelled"};
            log_.push_back(kNames[static_cast<int>(result.code)]);
            results.push_back(result);
            CallIfSet(at_open_complete);
          },
      .on_bytes_received =
          [this](std::span<const uint8_t> bytes) {
            const std::string text(bytes.begin(), bytes.end());
            log_.push_back("received " + text);
            received += text;
            CallIfSet(at_bytes_received);
          },
      .on_error =
          [this] {
            log_.push_back("error");
            CallIfSet(at_error);
          },
  };
}

CloseComplete IoRecorder::OnClosed() {
  return [this] { log_.push_back("closed"); };
}

IoLog Without(IoLog log, std::string_view line) {
  std::erase(log, line);
  return log;
}

}  // namespace sallyport
