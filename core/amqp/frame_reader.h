// Cuts a stream of bytes into AMQP frames (AMQP 1.0 section 2.3.1), however the stream is split:
// every split gives the same frames and the same error. A frame that lies whole in one input is not
// copied. Thread-compatible: one thread at a time.
#ifndef SALLYPORT_CORE_AMQP_FRAME_READER_H_
#define SALLYPORT_CORE_AMQP_FRAME_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/amqp/decode_error.h"
#include "core/amqp/wiped_buffer.h"

namespace sallyport::amqp {

// kFrameHeaderSize is the size in bytes of a frame's header, without an extended one.
inline constexpr size_t kFrameHeaderSize = 8;

// kMinMaxFrameSize is the size in bytes up to which every peer takes a frame, and the limit that
// AMQP sets for SASL frames (MIN-MAX-FRAME-SIZE, AMQP 1.0 sections 2.8.16 and 5.3.1).
inline constexpr size_t kMinMaxFrameSize = 512;

// kSaslFrameType is the frame type of SASL frames (AMQP 1.0 section 5.3.1).
inline constexpr uint8_t kSaslFrameType = 1;

// Frame is one whole frame. An extended header is skipped: it counts in size and is not in body.
struct Frame {
  uint8_t type = 0;
  uint16_t channel = 0;  // means nothing in a SASL frame
  std::string_view body;
  size_t size = 0;  // of the whole frame, in bytes
};

// FrameReader is the incremental reader. What it keeps of a partial frame is wiped after use, and
// grows only as bytes arrive, whatever size the peer claims; between frames it keeps no memory.
class FrameReader {
 public:
  // FrameReader refuses frames over max_frame_size bytes.
  explicit FrameReader(size_t max_frame_size) : max_frame_size_(max_frame_size) {}

  // set_max_frame_size holds for the frames whose size has not been read yet.
  void set_max_frame_size(size_t max_frame_size) { max_frame_size_ = max_frame_size; }

  // Next reads one frame from the front of *input and removes the bytes that it takes.
  //
  // Monostate: more bytes are needed; *input is empty, and what it held is kept. Frame: its body is
  // valid until the next call, and only while the bytes that *input viewed are. DecodeError: the
  // stream is of no further use. A size field that is over the limit or under 8 is refused as soon
  // as its 4 bytes are there; any other fault once the whole frame has been taken.
  std::variant<std::monostate, Frame, DecodeError> Next(std::string_view* input);

  // buffered is how many bytes of a partial frame are kept.
  size_t buffered() const { return complete_ ? 0 : buffer_.size(); }

 private:
  using Result = std::variant<std::monostate, Frame, DecodeError>;

  std::optional<DecodeError> RefuseSize(uint32_t size) const;
  Result ReadFromInput(std::string_view* input);
  Result ReadThroughBuffer(std::string_view* input);
  // Moves bytes from *input until the buffer holds `size`, and tells whether it does.
  bool FillTo(size_t size, std::string_view* input);

  size_t max_frame_size_;
  WipedBuffer buffer_;
  bool complete_ = false;  // buffer_ is a frame that was handed out
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_FRAME_READER_H_
