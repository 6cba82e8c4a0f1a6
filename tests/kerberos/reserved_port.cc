#include "tests/kerberos/reserved_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace sallyport {
namespace {

// Whether a port is free for UDP is known only once it was chosen for TCP.
constexpr int kAttempts = 100;

// OpenSocket is -1 where the port, 0 for any, cannot be had.
int OpenSocket(int type, int port) {
  const int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const int on = 1;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
      bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

int PortOf(int descriptor) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

}  // namespace

absl::StatusOr<ReservedPort> ReservedPort::Reserve() {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int tcp = OpenSocket(SOCK_STREAM, 0);
    if (tcp < 0) break;
    const int port = PortOf(tcp);
    const int udp = OpenSocket(SOCK_DGRAM, port);
    if (udp >= 0) return ReservedPort(tcp, udp, port);
    close(tcp);
  }
  return absl::UnavailableError("no port of the loopback address is free for both TCP and UDP");
}

ReservedPort::ReservedPort(ReservedPort&& other) noexcept
    : tcp_(std::exchange(other.tcp_, -1)),
      udp_(std::exchange(other.udp_, -1)),
      port_(other.port_) {}

ReservedPort::~ReservedPort() {
  if (tcp_ >= 0) close(tcp_);
  if (udp_ >= 0) close(udp_);
}

}  // namespace sallyport
