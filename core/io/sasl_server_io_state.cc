#include "core/io/sasl_server_io_state.h"

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"

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

absl::Status OutOfMemory() { return absl::Status(absl::StatusCode::kResourceExhausted, ""); }

}  // namespace

absl::Status Refusal(absl::StatusCode code, const char* why) {
  try {
    return absl::Status(code, why);
  } catch (const std::bad_alloc&) {
    return absl::Status(code, "");
  }
}

absl::Status SaslServerIoState::Open(IoCallbacks callbacks) {
  // SRS_SASL_SERVER_IO_01_028
  if (state_ != State::kNotOpen) {
    return Refusal(absl::StatusCode::kFailedPrecondition,
                   "the io is opening, open, closing or broken");
  }
  std::shared_ptr<const IoCallbacks> opened;
  try {
    opened = std::make_shared<const IoCallbacks>(std::move(callbacks));
    callbacks_ = opened;
    state_ = State::kOpening;
    open_is_pending_ = true;
    // SRS_SASL_SERVER_IO_01_016 SRS_SASL_SERVER_IO_01_017
    transport_->SetReceiver([weak = weak_from_this()](const uint8_t* bytes, size_t size) {
      // SRS_SASL_SERVER_IO_01_052
      if (const auto self = weak.lock()) self->OnTransportBytes(bytes, size);
    });
    // SRS_SASL_SERVER_IO_01_018
    absl::Status started = driver_->Start(EventsForDriver());
    // SRS_SASL_SERVER_IO_01_024
    if (!started.ok()) Reset();
    return started;
  } catch (const std::bad_alloc&) {
    // Thrown by a callback of the program's, and none of ours.
    if (opened != nullptr && (callbacks_ != opened || state_ != State::kOpening)) throw;
    // SRS_SASL_SERVER_IO_01_022
    Reset();
    return OutOfMemory();
  }
}

void SaslServerIoState::Reset() {
  if (abandoned()) return;
  transport_->SetReceiver({});
  driver_->Stop();
  state_ = State::kNotOpen;
  open_is_pending_ = false;
  callbacks_.reset();
}

void SaslServerIoState::Abandon() {
  transport_ = nullptr;
  state_ = State::kNotOpen;
  driver_->Stop();
  // What they hold may be what holds the io.
  callbacks_.reset();
  on_close_complete_ = nullptr;
}

HandshakeEvents SaslServerIoState::EventsForDriver() {
  // SRS_SASL_SERVER_IO_01_058 SRS_SASL_SERVER_IO_01_068
  // SRS_SASL_SERVER_IO_01_075 SRS_SASL_SERVER_IO_01_079
  return {
      .on_send =
          [weak = weak_from_this()](const uint8_t* bytes, size_t size) {
            if (const auto self = weak.lock()) self->OnDriverSend(bytes, size);
          },
      .on_outcome =
          [weak = weak_from_this()](OpenResult result, std::span<const uint8_t> rest) {
            if (const auto self = weak.lock()) self->OnDriverOutcome(std::move(result), rest);
          },
      .on_codec_error =
          [weak = weak_from_this()](OpenResult result) {
            if (const auto self = weak.lock()) self->OnDriverCodecError(std::move(result));
          },
  };
}

absl::Status SaslServerIoState::Close(CloseComplete on_close_complete) {
  // SRS_SASL_SERVER_IO_01_031
  if (state_ == State::kNotOpen)
    return Refusal(absl::StatusCode::kFailedPrecondition, "the io is not open");
  // SRS_SASL_SERVER_IO_01_035
  if (state_ == State::kClosing)
    return Refusal(absl::StatusCode::kFailedPrecondition, "the io is closing already");
  const State before = std::exchange(state_, State::kClosing);
  on_close_complete_ = std::move(on_close_complete);
  closed_at_once_ = false;
  calling_close_ = true;
  // SRS_SASL_SERVER_IO_01_029
  absl::Status closing = CloseTransport();
  calling_close_ = false;
  // SRS_SASL_SERVER_IO_01_030
  if (abandoned()) return closing;
  if (!closing.ok()) {
    // SRS_SASL_SERVER_IO_01_034
    state_ = before;
    on_close_complete_ = nullptr;
    return closing;
  }
  driver_->Stop();
  if (std::exchange(open_is_pending_, false)) {
    // SRS_SASL_SERVER_IO_01_032
    const auto callbacks = callbacks_;
    callbacks->on_open_complete({.code = OpenCode::kCancelled});
  }
  if (std::exchange(closed_at_once_, false)) OnTransportClosed();
  return absl::OkStatus();
}

absl::Status SaslServerIoState::CloseTransport() {
  try {
    return transport_->Close([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnTransportClosed();
    });
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

void SaslServerIoState::OnTransportClosed() {
  if (calling_close_) {
    // A cancelled open is reported first.
    closed_at_once_ = true;
    return;
  }
  if (state_ != State::kClosing) return;
  state_ = State::kNotOpen;
  // They may hold what owns the io, which would never go.
  const auto callbacks = std::exchange(callbacks_, nullptr);
  if (const auto done = std::exchange(on_close_complete_, nullptr)) done();
}

absl::Status SaslServerIoState::Send(std::span<const uint8_t> bytes,
                                     SendComplete on_send_complete) {
  // SRS_SASL_SERVER_IO_01_039
  if (state_ != State::kOpen)
    return Refusal(absl::StatusCode::kFailedPrecondition, "the io is not open");
  // SRS_SASL_SERVER_IO_01_036 SRS_SASL_SERVER_IO_01_037 SRS_SASL_SERVER_IO_01_041
  return transport_->Send(bytes, std::move(on_send_complete));
}

void SaslServerIoState::DoWork() {
  driver_->DoWork();
  // SRS_SASL_SERVER_IO_01_042
  if (!abandoned()) transport_->DoWork();
}

absl::Status SaslServerIoState::SetOption(std::string_view name, const IoOptionValue& value) {
  // SRS_SASL_SERVER_IO_01_044 SRS_SASL_SERVER_IO_01_045 SRS_SASL_SERVER_IO_01_047
  return transport_->SetOption(name, value);
}

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
