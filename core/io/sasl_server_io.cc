#include "core/io/sasl_server_io.h"

#include <new>
#include <utility>

#include "core/io/sasl_server_io_state.h"

namespace sallyport {
namespace {

absl::Status EmptyHandle() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "the io is empty");
}

absl::Status Invalid(const char* why) { return Refusal(absl::StatusCode::kInvalidArgument, why); }

}  // namespace

absl::StatusOr<SaslServerIo> SaslServerIo::Create(Transport* transport,
                                                  std::shared_ptr<HandshakeDriver> driver) {
  if (transport == nullptr || driver == nullptr) {
    return Invalid("the io has no transport, or nothing that runs its handshakes");
  }
  return SaslServerIo(std::make_shared<SaslServerIoState>(*transport, std::move(driver)));
}

SaslServerIo& SaslServerIo::operator=(SaslServerIo&& other) noexcept {
  if (this == &other) return *this;
  Destroy();
  state_ = std::move(other.state_);
  return *this;
}

// SRS_SASL_SERVER_IO_01_012 SRS_SASL_SERVER_IO_01_013 SRS_SASL_SERVER_IO_01_014
SaslServerIo::~SaslServerIo() { Destroy(); }

void SaslServerIo::Destroy() {
  // SRS_SASL_SERVER_IO_01_015
  if (const auto state = std::exchange(state_, nullptr)) state->Abandon();
}

absl::Status SaslServerIo::Open(IoCallbacks callbacks) {
  // SRS_SASL_SERVER_IO_01_025; SRS_SASL_SERVER_IO_01_026: a context is the callback's own matter.
  if (!state_) return EmptyHandle();
  if (!callbacks.on_open_complete || !callbacks.on_bytes_received || !callbacks.on_error) {
    return Invalid("a callback is missing");
  }
  const auto state = state_;
  return state->Open(std::move(callbacks));
}

absl::Status SaslServerIo::Close(CloseComplete on_close_complete) {
  // SRS_SASL_SERVER_IO_01_033
  if (!state_) return EmptyHandle();
  const auto state = state_;
  return state->Close(std::move(on_close_complete));
}

absl::Status SaslServerIo::Send(std::span<const uint8_t> bytes, SendComplete on_send_complete) {
  // SRS_SASL_SERVER_IO_01_038
  if (!state_) return EmptyHandle();
  if (bytes.data() == nullptr) return Invalid("there is no buffer");
  // SRS_SASL_SERVER_IO_01_040
  if (bytes.empty()) return Invalid("there are no bytes to send");
  const auto state = state_;
  return state->Send(bytes, std::move(on_send_complete));
}

void SaslServerIo::DoWork() {
  // SRS_SASL_SERVER_IO_01_043
  if (const auto state = state_) state->DoWork();
}

absl::Status SaslServerIo::SetOption(std::string_view name, const IoOptionValue& value) {
  // SRS_SASL_SERVER_IO_01_046
  if (!state_) return EmptyHandle();
  if (name.empty()) return Invalid("the option has no name");
  const auto state = state_;
  return state->SetOption(name, value);
}

absl::StatusOr<std::unique_ptr<IoOptions>> SaslServerIo::RetrieveOptions() const {
  // SRS_SASL_SERVER_IO_01_051
  if (!state_) return EmptyHandle();
  try {
    // SRS_SASL_SERVER_IO_01_048 SRS_SASL_SERVER_IO_01_049
    return std::make_unique<IoOptions>();
  } catch (const std::bad_alloc&) {
    // SRS_SASL_SERVER_IO_01_050
    return OutOfMemory();
  }
}

}  // namespace sallyport
