#ifndef SALLYPORT_CORE_HANDSHAKE_HANDSHAKE_LIMITS_H_
#define SALLYPORT_CORE_HANDSHAKE_HANDSHAKE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace sallyport {

// HandshakeLimits bound what one client may make us do before it is
// authenticated, and say how a listener wants it done.
struct HandshakeLimits {
  // In bytes, with the frame's header.
  size_t max_frame_size = 64 * 1024;
  // What the handshake may use up, in bytes.
  size_t max_bytes = 128 * 1024;
  // Frames from the client, skipped ones too.
  uint32_t max_steps = 16;
  // Skip empty frames rather than refuse them.
  bool skip_empty_frames = false;
  // Send the mechanism's final data (SCRAM's server-final) as a last challenge
  // rather than with the outcome.
  bool final_data_as_challenge = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_HANDSHAKE_LIMITS_H_
