#include "client/replica_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace sallyport::client {
namespace {

struct HostAndPort {
  std::string host;
  std::string port;
};

// "host:port", or "[address]:port"; an empty port: it is neither.
HostAndPort Split(const std::string& name) {
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos || colon == 0) return {};
  std::string host = name.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (absl::StrContains(host, ":")) {
    return {};
  }
  return {.host = std::move(host), .port = name.substr(colon + 1)};
}

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// A gRPC target of one address; empty where it is of another family.
std::string TargetOf(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host;
  std::array<char, NI_MAXSERV> port;
  if (getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), port.data(),
                  port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "";
  }
  if (address.ai_family == AF_INET) return absl::StrCat("ipv4:", host.data(), ":", port.data());
  if (address.ai_family != AF_INET6) return "";
  // A target is a URI, and the zone of a link-local address is set off by a '%'.
  return absl::StrCat("ipv6:[", absl::StrReplaceAll(host.data(), {{"%", "%25"}}),
                      "]:", port.data());
}

ReplicaLookup::Addresses Resolve(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, AddressListDeleter> list(found);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("the name '", host, "' has no address: ", gai_strerror(error)));
  }
  std::vector<std::string> targets;
  for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next) {
    if (std::string target = TargetOf(*address); !target.empty()) {
      targets.push_back(std::move(target));
    }
  }
  return targets;
}

ReplicaLookup::Addresses NotNone(ReplicaLookup::Addresses found) {
  if (found.ok() && found->empty()) {
    return absl::UnavailableError("the service's name has no address");
  }
  return found;
}

}  // namespace

ReplicaLookup::ReplicaLookup(const AuthenticatorOptions& options) {
  ReadTarget(options.target);
  if (options.find_replicas) {
    addresses_.clear();
    find_ = options.find_replicas;
  }
}

void ReplicaLookup::ReadTarget(const std::string& target) {
  for (const char* scheme : {"ipv4:", "ipv6:"}) {
    if (!absl::StartsWith(target, scheme)) continue;
    const std::string list = target.substr(std::string_view(scheme).size());
    for (const auto& address : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
      addresses_.push_back(absl::StrCat(scheme, absl::StripAsciiWhitespace(address)));
    }
    if (!addresses_.empty()) return;
  }
  std::string name = target;
  if (absl::StartsWith(target, "dns:")) {
    name = target.substr(4);
    // Another server to ask is gRPC's to reach.
    if (absl::StartsWith(name, "//") && !absl::StartsWith(name, "///")) name.clear();
    while (absl::StartsWith(name, "/")) name.erase(0, 1);
  }
  HostAndPort parts = Split(name);
  const bool is_port =
      !parts.port.empty() && std::all_of(parts.port.begin(), parts.port.end(), absl::ascii_isdigit);
  if (!is_port) {
    addresses_ = {target};
    return;
  }
  authority_ = name;
  find_ = [parts = std::move(parts)] { return Resolve(parts.host, parts.port); };
}

void ReplicaLookup::Ask(Done done) const {
  if (!addresses_.empty()) return done(addresses_);
  try {
    std::thread([find = find_, done] { done(NotNone(find())); }).detach();
  } catch (const std::system_error& error) {
    done(absl::ResourceExhaustedError(absl::StrCat("no thread to resolve on: ", error.what())));
  }
}

}  // namespace sallyport::client
