#ifndef SALLYPORT_TESTS_CORE_HANDSHAKE_FRAME_BYTES_H_
#define SALLYPORT_TESTS_CORE_HANDSHAKE_FRAME_BYTES_H_

// The bytes of both sides of a handshake, for tests: a client's frames to be sent, and
// what a server sent as text. Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// SaslHeader is the 8 bytes that open the SASL layer.
std::string SaslHeader();

// InitFrame is a whole sasl-init.
std::string InitFrame(std::string_view mechanism, std::optional<std::string_view> initial_response,
                      std::optional<std::string_view> hostname = std::nullopt);

// ResponseFrame is a whole sasl-response.
std::string ResponseFrame(std::string_view response);

// RawFrame is a frame of any body, with `size` in its size field (0: the true one).
std::string RawFrame(std::string_view body, uint8_t type = 1, uint32_t size = 0);

// EmptyFrameBytes is a frame without a body.
std::string EmptyFrameBytes();

// ReadFrames tells what a peer sent, in order, one text for each: "header",
// "mechanisms A B", "challenge BYTES", "outcome CODE", "outcome CODE BYTES", "init NAME",
// "init NAME BYTES", "response BYTES"; and "garbage" where the bytes are none of these.
std::vector<std::string> ReadFrames(std::string_view sent);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_HANDSHAKE_FRAME_BYTES_H_
