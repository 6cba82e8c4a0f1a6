// What a SaslServerIo does about its peer's bytes and its handshake's events.

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "core/io/sasl_server_io_state.h"

namespace sallyport {
namespace {

// Without a detail where there is no memory for one.
template <typename Describe>
OpenResult FaultOf(std::optional<FailureReason> reason, Describe describe) {
  OpenResult result = {.reason = reason};
  try {
    result.detail = describe();
  } catch (const std::bad_alloc&) {
  }
  return result;
}

OpenResult TransportFault(const absl::Status& status) {
  return FaultOf(std::nullopt, [&] { return "the transport failed: " + status.ToString(); });
}

OpenResult DriverFault(const char* what) {
  return FaultOf(FailureReason::kInternal, [&] { return what; });
}

}  // namespace

void SaslServerIoState::OnTransportBytes(const uint8_t* bytes, size_t size) {
  // SRS_SASL_SERVER_IO_01_056
  if (state_ != State::kOpening && state_ != State::kOpen) return;
  if (bytes == nullptr || size == 0) {
    // SRS_SASL_SERVER_IO_01_054
    Break();
  } else if (state_ == State::kOpening) {
    // SRS_SASL_SERVER_IO_01_055
    driver_->Receive({bytes, size});
  } else if (holding_back_) {
    try {
      held_back_.insert(held_back_.end(), bytes, bytes + size);
    } catch (const std::bad_alloc&) {
      Break();
    }
  } else {
    // SRS_SASL_SERVER_IO_01_053
    const auto callbacks = callbacks_;
    callbacks->on_bytes_received({bytes, size});
  }
}

void SaslServerIoState::OnDriverSend(const uint8_t* bytes, size_t size) {
  // SRS_SASL_SERVER_IO_01_072
  if (state_ == State::kOpen) return Break();
  if (state_ != State::kOpening) return;
  if (bytes == nullptr || size == 0) {
    // SRS_SASL_SERVER_IO_01_069 SRS_SASL_SERVER_IO_01_070
    return FailOpen(DriverFault("the handshake had nothing to send, and wanted it sent"));
  }
  // SRS_SASL_SERVER_IO_01_067
  const absl::Status sent = SendOnTransport({bytes, size});
  // SRS_SASL_SERVER_IO_01_071
  if (!sent.ok() && state_ == State::kOpening) FailOpen(TransportFault(sent));
}

absl::Status SaslServerIoState::SendOnTransport(std::span<const uint8_t> bytes) {
  const auto opened = callbacks_;
  try {
    return transport_->Send(
        bytes, [weak = weak_from_this(), sender = std::weak_ptr(opened)](SendResult result) {
          const auto self = weak.lock();
          // What an earlier handshake sent is no matter of a later one's.
          if (self != nullptr && sender.lock() == self->callbacks_) self->OnHandshakeSent(result);
        });
  } catch (const std::bad_alloc&) {
    // Thrown by a callback of the program's, and none of ours.
    if (callbacks_ != opened || state_ != State::kOpening) throw;
    return OutOfMemory();
  }
}

void SaslServerIoState::OnHandshakeSent(SendResult result) {
  if (result == SendResult::kOk) return;
  if (state_ == State::kOpening) {
    FailOpen(FaultOf(std::nullopt, [] { return "the transport did not send what it had taken"; }));
  } else if (state_ == State::kOpen) {
    Break();
  }
}

void SaslServerIoState::OnDriverOutcome(OpenResult result, std::span<const uint8_t> rest) {
  if (state_ == State::kOpen) {
    // SRS_SASL_SERVER_IO_01_059
    return FailOpen(DriverFault("the handshake went on after it had ended"));
  }
  if (state_ != State::kOpening) return;
  if (result.sasl_code == amqp::SaslCode::kOk && result.identity.has_value()) {
    Succeed(std::move(result), rest);
  } else {
    // SRS_SASL_SERVER_IO_01_066
    FailOpen(std::move(result));
  }
}

void SaslServerIoState::Succeed(OpenResult result, std::span<const uint8_t> rest) {
  // SRS_SASL_SERVER_IO_01_064 SRS_SASL_SERVER_IO_01_109
  state_ = State::kOpen;
  open_is_pending_ = false;
  driver_->Stop();
  result.code = OpenCode::kOk;
  const auto callbacks = callbacks_;
  // What comes from inside a callback is behind what came before it.
  held_back_.clear();
  holding_back_ = true;
  const absl::Cleanup hold_no_longer = [this] {
    holding_back_ = false;
    held_back_.clear();
  };
  // A callback may close the io, and open it anew for others.
  const auto still_open = [&] { return state_ == State::kOpen && callbacks_ == callbacks; };
  callbacks->on_open_complete(result);
  // SRS_SASL_SERVER_IO_01_057
  if (still_open() && !rest.empty()) callbacks->on_bytes_received(rest);
  while (still_open() && !held_back_.empty()) {
    const amqp::WipedBuffer bytes = std::exchange(held_back_, {});
    callbacks->on_bytes_received({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  }
}

void SaslServerIoState::OnDriverCodecError(OpenResult result) {
  if (state_ == State::kOpen) {
    // SRS_SASL_SERVER_IO_01_074 SRS_SASL_SERVER_IO_01_078
    Break();
  } else if (state_ == State::kOpening) {
    // SRS_SASL_SERVER_IO_01_065 SRS_SASL_SERVER_IO_01_073 SRS_SASL_SERVER_IO_01_077
    FailOpen(std::move(result));
  }
  // SRS_SASL_SERVER_IO_01_076 SRS_SASL_SERVER_IO_01_080
}

void SaslServerIoState::FailOpen(OpenResult result) {
  // Closing before it is reported, so that nobody closes it a second time.
  state_ = State::kClosing;
  open_is_pending_ = false;
  driver_->Stop();
  result.code = OpenCode::kError;
  result.identity.reset();
  // Where the transport cannot be closed, or the callback throws, the owner is left to Close.
  bool closing = false;
  const absl::Cleanup or_left_to_owner = [&] {
    if (!closing && !abandoned()) state_ = State::kError;
  };
  const auto callbacks = callbacks_;
  callbacks->on_open_complete(result);
  closing = !abandoned() && CloseTransport().ok();
}

void SaslServerIoState::Break() {
  state_ = State::kError;
  driver_->Stop();
  const auto callbacks = callbacks_;
  callbacks->on_error();
}

}  // namespace sallyport
