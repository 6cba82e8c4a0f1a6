// Why bytes from the peer are not a SASL frame: a value, since it is the peer's fault and never the
// caller's. Plain data; copies freely.
#ifndef SALLYPORT_CORE_AMQP_DECODE_ERROR_H_
#define SALLYPORT_CORE_AMQP_DECODE_ERROR_H_

#include <cstddef>

namespace sallyport::amqp {

// DecodeErrorKind says which of the peer's two faults it was.
enum class DecodeErrorKind {
  kMalformed,  // against AMQP 1.0
  kTooLarge,   // over the receiver's limit
};

// DecodeError is one refused frame.
struct DecodeError {
  DecodeErrorKind kind = DecodeErrorKind::kMalformed;
  // what is a sentence for the log, with static lifetime; it never holds the peer's bytes.
  const char* what = "";
  // frame_size is how many bytes the refused frame took, header included, where the whole frame had
  // arrived; 0 where it was refused for its size field alone.
  size_t frame_size = 0;
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_DECODE_ERROR_H_
