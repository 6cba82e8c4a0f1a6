#ifndef SALLYPORT_GATEWAY_ENDPOINT_H_
#define SALLYPORT_GATEWAY_ENDPOINT_H_

// Network addresses as text. Pure; thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asio/ip/tcp.hpp"

namespace sallyport::gateway {

using Endpoint = asio::ip::tcp::endpoint;

// HostAndPort is what "broker.example:5672" or "[::1]:5672" says.
struct HostAndPort {
  // A name or an IP address, without brackets; not empty.
  std::string host;
  uint16_t port = 0;
};

// ParseHostAndPort is nullopt for anything but a host, a colon and a decimal
// port. An IPv6 address stands in brackets.
std::optional<HostAndPort> ParseHostAndPort(std::string_view text);

// ParseEndpoint is ParseHostAndPort for a host that is an IP address.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

// FormatEndpoint writes "127.0.0.1:5672" or "[::1]:5672". An IPv4 address that
// came through an IPv6 socket is written as IPv4.
std::string FormatEndpoint(const Endpoint& endpoint);

// Unmapped is `address`, as IPv4 where it is IPv4 mapped into IPv6.
asio::ip::address Unmapped(const asio::ip::address& address);

// ParsePort reads a decimal number up to 65535, without leading zeros.
std::optional<uint16_t> ParsePort(std::string_view text);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_ENDPOINT_H_
