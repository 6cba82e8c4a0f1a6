// Decoded frames as text, so that tests and fuzz targets can compare whole runs of a decoder and
// show where they differ. Pure functions.
#ifndef SALLYPORT_TESTS_CORE_AMQP_FRAME_TRACE_H_
#define SALLYPORT_TESTS_CORE_AMQP_FRAME_TRACE_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/amqp/sasl_frames.h"

namespace sallyport::amqp {

// Describe is `decoded` on one line, with the peer's bytes in hex.
std::string Describe(const std::variant<SaslFrame, DecodeError>& decoded);

// EncodeAgain is the frame that encodes `frame`, or nothing for an empty frame.
std::string EncodeAgain(const SaslFrame& frame);

// TraceFrames feeds `pieces` to a FrameReader, one after the other, and gives a line for each frame
// until the first error of the reader; without one, the last line tells what is buffered. Each
// piece is freed before the next one is fed.
std::vector<std::string> TraceFrames(std::span<const std::string_view> pieces,
                                     size_t max_frame_size);

// TraceBytewise is TraceFrames with every byte of `stream` a piece of its own.
std::vector<std::string> TraceBytewise(std::string_view stream, size_t max_frame_size);

// FromHex is the bytes of pairs of hex digits; blanks between pairs are skipped.
std::string FromHex(std::string_view hex);

// ToHex is the pairs of hex digits of `bytes`, without blanks.
std::string ToHex(std::string_view bytes);

}  // namespace sallyport::amqp

#endif  // SALLYPORT_TESTS_CORE_AMQP_FRAME_TRACE_H_
