#include "gateway/endpoint.h"

#include <charconv>

#include "absl/strings/str_cat.h"

namespace sallyport::gateway {

std::optional<uint16_t> ParsePort(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<HostAndPort> ParseHostAndPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port.has_value() || host.empty()) return std::nullopt;
  if (!bracketed && host.find_first_of(":[] ") != std::string_view::npos) return std::nullopt;
  return HostAndPort{std::string(host), *port};
}

std::optional<Endpoint> ParseEndpoint(std::string_view text) {
  const std::optional<HostAndPort> parsed = ParseHostAndPort(text);
  if (!parsed.has_value()) return std::nullopt;
  asio::error_code error;
  const asio::ip::address address = asio::ip::make_address(parsed->host, error);
  if (error) return std::nullopt;
  return Endpoint(address, parsed->port);
}

asio::ip::address Unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

std::string FormatEndpoint(const Endpoint& endpoint) {
  const asio::ip::address address = Unmapped(endpoint.address());
  const std::string text = address.to_string();
  return address.is_v6() ? absl::StrCat("[", text, "]:", endpoint.port())
                         : absl::StrCat(text, ":", endpoint.port());
}

}  // namespace sallyport::gateway
