#ifndef SALLYPORT_GATEWAY_PROXY_PROTOCOL_LAYOUT_H_
#define SALLYPORT_GATEWAY_PROXY_PROTOCOL_LAYOUT_H_

// Where things are in a PROXY protocol header (proxy-protocol.txt, sections 2.1
// and 2.2). Constants, for the parser and the formatter alone.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::gateway {

inline constexpr std::string_view kV1Start = "PROXY ";
inline constexpr size_t kMaxV1Size = 107;

inline constexpr std::string_view kV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};
inline constexpr size_t kV2CommandAt = 12;
inline constexpr size_t kV2FamilyAt = 13;
inline constexpr size_t kV2LengthAt = 14;
inline constexpr size_t kV2FixedSize = 16;

inline constexpr uint8_t kV2Local = 0x20;
inline constexpr uint8_t kV2Proxy = 0x21;

inline constexpr uint8_t kV2Unspecified = 0x00;
inline constexpr uint8_t kV2Tcp4 = 0x11;
inline constexpr uint8_t kV2Tcp6 = 0x21;
inline constexpr uint8_t kV2UnixStream = 0x31;

inline constexpr size_t kV2Tcp4Size = 12;
inline constexpr size_t kV2Tcp6Size = 36;
inline constexpr size_t kV2UnixSize = 216;

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_PROXY_PROTOCOL_LAYOUT_H_
