#include "core/amqp/frame_reader.h"

#include <algorithm>

#include "core/amqp/value_reader.h"

namespace sallyport::amqp {
namespace {

constexpr size_t kSizeFieldSize = 4;
constexpr size_t kDataOffsetUnit = 4;
constexpr size_t kMinDataOffset = kFrameHeaderSize / kDataOffsetUnit;

DecodeError Malformed(const char* what, size_t frame_size) {
  return {DecodeErrorKind::kMalformed, what, frame_size};
}

std::variant<std::monostate, Frame, DecodeError> ParseWholeFrame(std::string_view bytes) {
  const size_t data_offset = static_cast<uint8_t>(bytes[4]);
  if (data_offset < kMinDataOffset) {
    return Malformed("the frame's data offset lies inside its header", bytes.size());
  }
  const size_t body_start = data_offset * kDataOffsetUnit;
  if (body_start > bytes.size()) {
    return Malformed("the frame's data offset lies past its end", bytes.size());
  }
  return Frame{.type = static_cast<uint8_t>(bytes[5]),
               .channel = DecodeUint16(bytes.substr(6)),
               .body = bytes.substr(body_start),
               .size = bytes.size()};
}

}  // namespace

std::variant<std::monostate, Frame, DecodeError> FrameReader::Next(std::string_view* input) {
  if (complete_) {
    buffer_ = WipedBuffer();
    complete_ = false;
  }
  return buffer_.empty() ? ReadFromInput(input) : ReadThroughBuffer(input);
}

FrameReader::Result FrameReader::ReadFromInput(std::string_view* input) {
  if (input->size() >= kSizeFieldSize) {
    const uint32_t size = DecodeUint32(*input);
    if (auto error = RefuseSize(size)) return *error;
    if (input->size() >= size) {
      const std::string_view frame = input->substr(0, size);
      input->remove_prefix(size);
      return ParseWholeFrame(frame);
    }
  }
  FillTo(buffer_.size() + input->size(), input);
  return std::monostate();
}

FrameReader::Result FrameReader::ReadThroughBuffer(std::string_view* input) {
  if (!FillTo(std::max(kSizeFieldSize, buffer_.size()), input)) return std::monostate();
  const uint32_t size = DecodeUint32({buffer_.data(), buffer_.size()});
  if (auto error = RefuseSize(size)) return *error;
  if (!FillTo(size, input)) return std::monostate();
  complete_ = true;
  return ParseWholeFrame({buffer_.data(), buffer_.size()});
}

bool FrameReader::FillTo(size_t size, std::string_view* input) {
  const size_t taken = std::min(size - buffer_.size(), input->size());
  buffer_.insert(buffer_.end(), input->begin(), input->begin() + taken);
  input->remove_prefix(taken);
  return buffer_.size() == size;
}

std::optional<DecodeError> FrameReader::RefuseSize(uint32_t size) const {
  if (size < kFrameHeaderSize) return Malformed("the frame's size is under that of its header", 0);
  if (size > max_frame_size_) {
    return DecodeError{DecodeErrorKind::kTooLarge, "the frame is larger than the limit", 0};
  }
  return std::nullopt;
}

}  // namespace sallyport::amqp
