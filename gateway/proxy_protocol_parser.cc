#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "absl/strings/str_split.h"
#include "gateway/proxy_protocol.h"
#include "gateway/proxy_protocol_layout.h"

namespace sallyport::gateway {
namespace {

bool IsPrefixOf(std::string_view bytes, std::string_view whole) {
  return whole.substr(0, bytes.size()) == bytes;
}

std::optional<Endpoint> ParseV1Endpoint(const std::string& address, const std::string& port,
                                        bool v6) {
  asio::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  const std::optional<uint16_t> number = ParsePort(port);
  // A scope id ("%eth0") parses, and means nothing on another machine.
  if (error || parsed.is_v6() != v6 || !number.has_value() ||
      address.find('%') != std::string::npos) {
    return std::nullopt;
  }
  return Endpoint(parsed, *number);
}

ProxyParse ParseV1Line(std::string_view line, size_t size) {
  const std::vector<std::string> words =
      absl::StrSplit(absl::string_view(line.data(), line.size()), ' ');
  // What follows UNKNOWN is to be ignored.
  if (words.size() >= 2 && words[1] == "UNKNOWN") return ProxyHeader{size, std::nullopt};
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) {
    return ProxyMalformed{"the PROXY line does not name a protocol, two addresses and two ports"};
  }
  const bool v6 = words[1] == "TCP6";
  const std::optional<Endpoint> source = ParseV1Endpoint(words[2], words[4], v6);
  const std::optional<Endpoint> destination = ParseV1Endpoint(words[3], words[5], v6);
  if (!source.has_value() || !destination.has_value()) {
    return ProxyMalformed{"the PROXY line has a wrong address or port"};
  }
  return ProxyHeader{size, ProxyAddresses{*source, *destination}};
}

ProxyParse ParseV1(std::string_view bytes) {
  const std::string_view window = bytes.substr(0, kMaxV1Size);
  const size_t end = window.find("\r\n");
  if (end != std::string_view::npos) return ParseV1Line(window.substr(0, end), end + 2);
  if (bytes.size() >= kMaxV1Size) return ProxyMalformed{"the PROXY line does not end"};
  // A line feed or a NUL never belongs to one; a carriage return may be its last byte.
  const size_t wrong = window.find_first_of(std::string_view("\r\n\0", 3));
  if (wrong != std::string_view::npos && (window[wrong] != '\r' || wrong + 1 != window.size())) {
    return ProxyMalformed{"the PROXY line has a control character"};
  }
  return ProxyIncomplete{};
}

uint8_t ByteAt(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

uint16_t Uint16At(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(ByteAt(bytes, at) << 8 | ByteAt(bytes, at + 1));
}

template <typename Address>
ProxyAddresses ReadV2Addresses(std::string_view block) {
  using Bytes = typename Address::bytes_type;
  constexpr size_t kSize = std::tuple_size_v<Bytes>;
  const auto read = [block](size_t address_at, size_t port_at) {
    Bytes bytes;
    std::memcpy(bytes.data(), block.data() + address_at, kSize);
    return Endpoint(Address(bytes), Uint16At(block, port_at));
  };
  return {read(0, 2 * kSize), read(kSize, 2 * kSize + 2)};
}

ProxyParse ParseV2Block(uint8_t family, std::string_view block, size_t size) {
  switch (family) {
    case kV2Unspecified:
      return ProxyHeader{size, std::nullopt};
    case kV2Tcp4:
      if (block.size() < kV2Tcp4Size) break;
      return ProxyHeader{size, ReadV2Addresses<asio::ip::address_v4>(block)};
    case kV2Tcp6:
      if (block.size() < kV2Tcp6Size) break;
      return ProxyHeader{size, ReadV2Addresses<asio::ip::address_v6>(block)};
    case kV2UnixStream:
      if (block.size() < kV2UnixSize) break;
      return ProxyHeader{size, std::nullopt};
    default:
      return ProxyMalformed{"the PROXY header is for a protocol other than a stream"};
  }
  return ProxyMalformed{"the PROXY header is too short for its addresses"};
}

ProxyParse ParseV2(std::string_view bytes) {
  if (bytes.size() > kV2CommandAt) {
    const uint8_t command = ByteAt(bytes, kV2CommandAt);
    if (command != kV2Local && command != kV2Proxy) {
      return ProxyMalformed{"the PROXY header has an unknown version or command"};
    }
  }
  if (bytes.size() < kV2FixedSize) return ProxyIncomplete{};
  const size_t size = kV2FixedSize + Uint16At(bytes, kV2LengthAt);
  if (size > kMaxProxyHeaderSize) return ProxyMalformed{"the PROXY header is too large"};
  if (bytes.size() < size) return ProxyIncomplete{};
  if (ByteAt(bytes, kV2CommandAt) == kV2Local) return ProxyHeader{size, std::nullopt};
  return ParseV2Block(ByteAt(bytes, kV2FamilyAt), bytes.substr(kV2FixedSize, size - kV2FixedSize),
                      size);
}

}  // namespace

ProxyParse ParseProxyHeader(std::string_view bytes, ProxyProtocol accepted) {
  const bool v1 = accepted == ProxyProtocol::kV1 || accepted == ProxyProtocol::kAny;
  const bool v2 = accepted == ProxyProtocol::kV2 || accepted == ProxyProtocol::kAny;
  if (v1 && bytes.starts_with(kV1Start)) return ParseV1(bytes);
  if (v2 && bytes.starts_with(kV2Signature)) return ParseV2(bytes);
  if ((v1 && IsPrefixOf(bytes, kV1Start)) || (v2 && IsPrefixOf(bytes, kV2Signature))) {
    return ProxyIncomplete{};
  }
  return ProxyMalformed{"the connection does not begin with a PROXY header"};
}

}  // namespace sallyport::gateway
