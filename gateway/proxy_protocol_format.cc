#include "absl/strings/str_cat.h"
#include "gateway/proxy_protocol.h"
#include "gateway/proxy_protocol_layout.h"

namespace sallyport::gateway {
namespace {

asio::ip::address_v6 AsV6(const asio::ip::address& address) {
  return address.is_v6() ? address.to_v6()
                         : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
}

void AppendUint16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value));
}

template <typename Bytes>
void AppendBytes(const Bytes& bytes, std::string* out) {
  out->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string FormatV1(bool v4, const asio::ip::address& source, const asio::ip::address& destination,
                     const ProxyAddresses& addresses) {
  const auto text = [v4](const asio::ip::address& address) {
    if (v4) return address.to_string();
    // A scope id is not part of the protocol's grammar.
    asio::ip::address_v6 v6 = AsV6(address);
    v6.scope_id(0);
    return v6.to_string();
  };
  return absl::StrCat(std::string(kV1Start), v4 ? "TCP4 " : "TCP6 ", text(source), " ",
                      text(destination), " ", addresses.source.port(), " ",
                      addresses.destination.port(), "\r\n");
}

std::string FormatV2(bool v4, const asio::ip::address& source, const asio::ip::address& destination,
                     const ProxyAddresses& addresses) {
  std::string header(kV2Signature);
  header.push_back(static_cast<char>(kV2Proxy));
  header.push_back(static_cast<char>(v4 ? kV2Tcp4 : kV2Tcp6));
  AppendUint16(static_cast<uint16_t>(v4 ? kV2Tcp4Size : kV2Tcp6Size), &header);
  for (const asio::ip::address& address : {source, destination}) {
    if (v4) {
      AppendBytes(address.to_v4().to_bytes(), &header);
    } else {
      AppendBytes(AsV6(address).to_bytes(), &header);
    }
  }
  AppendUint16(addresses.source.port(), &header);
  AppendUint16(addresses.destination.port(), &header);
  return header;
}

}  // namespace

std::string FormatProxyHeader(ProxyProtocol version, const ProxyAddresses& addresses) {
  const asio::ip::address source = Unmapped(addresses.source.address());
  const asio::ip::address destination = Unmapped(addresses.destination.address());
  const bool v4 = source.is_v4() && destination.is_v4();
  switch (version) {
    case ProxyProtocol::kV1:
      return FormatV1(v4, source, destination, addresses);
    case ProxyProtocol::kV2:
    case ProxyProtocol::kAny:
      return FormatV2(v4, source, destination, addresses);
    case ProxyProtocol::kNone:
      break;
  }
  return "";
}

}  // namespace sallyport::gateway
