#ifndef SALLYPORT_GATEWAY_PROXY_PROTOCOL_H_
#define SALLYPORT_GATEWAY_PROXY_PROTOCOL_H_

// The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): the
// header in which a load balancer tells the address of the client that it
// speaks for. Parsing is strict and bounded. Pure; thread-safe.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/endpoint.h"

namespace sallyport::gateway {

// ProxyProtocol is which versions are in use on a connection.
enum class ProxyProtocol : uint8_t { kNone, kV1, kV2, kAny };

// kMaxProxyHeaderSize bounds a header of version 2 with its extensions, in
// bytes. Version 1 sets its own bound of 107.
inline constexpr size_t kMaxProxyHeaderSize = 4096;

// ProxyAddresses are the two ends of the connection to the load balancer.
struct ProxyAddresses {
  Endpoint source;
  Endpoint destination;
};

// ProxyHeader is a whole header.
struct ProxyHeader {
  // In bytes: what follows is the next layer's.
  size_t size = 0;
  // Absent where the header speaks for the connection itself (LOCAL) or for one
  // whose addresses are not IP (UNKNOWN, UNSPEC, Unix): the connection's own
  // addresses count then.
  std::optional<ProxyAddresses> addresses;
};

// ProxyIncomplete says that the bytes are the start of a header, all of them.
struct ProxyIncomplete {};

// ProxyMalformed says, in a static sentence, why the bytes are no header.
struct ProxyMalformed {
  const char* what = "";
};

using ProxyParse = std::variant<ProxyHeader, ProxyIncomplete, ProxyMalformed>;

// ParseProxyHeader reads a header from the start of `bytes`, of a version that
// `accepted` allows; with kNone all is malformed. A header that is refused is
// refused as soon as its wrong byte is there, or once its size is over the bound.
ProxyParse ParseProxyHeader(std::string_view bytes, ProxyProtocol accepted);

// FormatProxyHeader is the header of version 1 or 2 (kAny: 2); empty for kNone. Two
// addresses of different families are both written as IPv6.
std::string FormatProxyHeader(ProxyProtocol version, const ProxyAddresses& addresses);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_PROXY_PROTOCOL_H_
