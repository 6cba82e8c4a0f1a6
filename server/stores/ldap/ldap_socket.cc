#include "server/stores/ldap/ldap_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

std::string Describe(int error) { return std::generic_category().message(error); }

// Zero once the socket is connected, else an errno.
int AwaitConnected(int socket, absl::Time deadline) {
  pollfd polled = {socket, POLLOUT, 0};
  while (true) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int ready = poll(&polled, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return errno;
    if (ready == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof(error);
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

absl::StatusOr<int> ConnectTo(const sockaddr* address, socklen_t size, absl::Time deadline) {
  const int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return absl::UnavailableError(Describe(errno));
  int error = connect(descriptor, address, size) == 0 ? 0 : errno;
  if (error == EINPROGRESS) error = AwaitConnected(descriptor, deadline);
  if (error == 0 && fcntl(descriptor, F_SETFL, 0) == 0) return descriptor;
  close(descriptor);
  return absl::UnavailableError(Describe(error));
}

absl::StatusOr<int> ConnectToPath(const std::string& path, absl::Time deadline) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::UnavailableError("the socket's path is too long");
  }
  memcpy(address.sun_path, path.data(), path.size());
  return ConnectTo(reinterpret_cast<sockaddr*>(&address), sizeof(address), deadline);
}

absl::StatusOr<int> ConnectToHost(const std::string& host, int port, absl::Time deadline) {
  addrinfo hints = {};
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int result = getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &raw);
  if (result != 0) return absl::UnavailableError(gai_strerror(result));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(raw);
  absl::StatusOr<int> connected = absl::UnavailableError("the host has no address");
  for (const addrinfo* address = raw; address != nullptr; address = address->ai_next) {
    connected = ConnectTo(address->ai_addr, address->ai_addrlen, deadline);
    if (!connected.ok()) continue;
    const int on = 1;
    setsockopt(*connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(*connected, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    break;
  }
  return connected;
}

}  // namespace

absl::StatusOr<int> ConnectLdapSocket(const LdapUrl& url, absl::Time deadline) {
  return url.port == 0 ? ConnectToPath(url.host, deadline)
                       : ConnectToHost(url.host, url.port, deadline);
}

LdapTimeLimit::LdapTimeLimit(int socket, absl::Time deadline)
    : thread_([this, socket, deadline] {
        if (!done_.WaitForNotificationWithDeadline(deadline)) shutdown(socket, SHUT_RDWR);
      }) {}

LdapTimeLimit::~LdapTimeLimit() {
  done_.Notify();
  thread_.join();
}

}  // namespace sallyport::server
