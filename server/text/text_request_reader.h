#ifndef SALLYPORT_SERVER_TEXT_TEXT_REQUEST_READER_H_
#define SALLYPORT_SERVER_TEXT_TEXT_REQUEST_READER_H_

// Cuts a stream of bytes into requests of the text protocol, however the stream
// is split: docs/text-protocol.md is its reference. What it keeps is wiped after
// use. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/amqp/wiped_buffer.h"

namespace sallyport::server {

// kMaxTextLine is the longest command line, in bytes, with its CRLF.
inline constexpr size_t kMaxTextLine = 128;

// kMaxTextMechanism is the longest name that is parsed; one over 20 characters is
// no mechanism's.
inline constexpr size_t kMaxTextMechanism = 32;

struct TextListMechanisms {};

struct TextStart {
  std::string mechanism;
  amqp::WipedBuffer data;
};

struct TextStep {
  amqp::WipedBuffer data;
};

// TextProblem is a request that was not understood.
struct TextProblem {
  enum class Kind : uint8_t { kUnknownCommand, kBadFormat, kDataTooBig };
  Kind kind = Kind::kBadFormat;
  // Whether it cannot be told where the next request begins.
  bool closes = false;
};

using TextRequest = std::variant<TextListMechanisms, TextStart, TextStep, TextProblem>;

class TextRequestReader {
 public:
  // `max_data` is the most that one request may carry, in bytes.
  explicit TextRequestReader(size_t max_data) : max_data_(max_data) {}

  // Next reads one request from the front of *input, and removes the bytes that it
  // takes. Monostate: more bytes are needed; *input is empty, and what it held is
  // kept. After a problem that closes, the stream is of no further use.
  std::variant<std::monostate, TextRequest> Next(std::string_view* input);

  // in_request is whether part of a request is kept.
  bool in_request() const { return !buffer_.empty() || expects_data_; }

 private:
  using Result = std::variant<std::monostate, TextRequest>;

  // Moves bytes from *input up to and with a line feed; false: more are needed.
  bool FillLine(std::string_view* input);
  Result ReadLine();
  Result ReadStart(std::string_view arguments);
  Result ReadData(std::string_view* input);
  // Begins the data of `request`, which the text `count` says the size of.
  Result ExpectData(std::string_view count, TextRequest request);

  const size_t max_data_;
  amqp::WipedBuffer buffer_;
  bool expects_data_ = false;
  // What the data belongs to, and its size.
  TextRequest request_;
  size_t data_size_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TEXT_TEXT_REQUEST_READER_H_
