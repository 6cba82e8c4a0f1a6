#include "core/io/sasl_server_io_state.h"

#include <new>
#include <utility>

namespace sallyport {

absl::Status OutOfMemory() { return absl::Status(absl::StatusCode::kResourceExhausted, ""); }

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

}  // namespace sallyport
