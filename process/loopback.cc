#include "process/loopback.h"

#include <arpa/inet.h>

namespace sallyport::process {

bool StaysOnThisMachine(std::string_view address) {
  if (address.starts_with("unix:")) return true;
  for (const std::string_view scheme : {"dns:///", "ipv4:", "ipv6:", "dns:"}) {
    if (!address.starts_with(scheme)) continue;
    address.remove_prefix(scheme.size());
    break;
  }
  return IsLoopbackHost(std::string(address.substr(0, address.rfind(':'))));
}

bool IsLoopbackHost(const std::string& host) {
  if (host == "::1" || host == "[::1]") return true;
  in_addr parsed = {};
  return host == "localhost" ||
         (inet_pton(AF_INET, host.c_str(), &parsed) == 1 && host.starts_with("127."));
}

}  // namespace sallyport::process
