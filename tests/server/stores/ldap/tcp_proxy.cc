#include "tests/server/stores/ldap/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace sallyport::server {
namespace {

// So that a connection that was opened by the proxy's thread is seen to be closed soon.
constexpr int kPollMilliseconds = 20;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

}  // namespace

TcpProxy::TcpProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      listen(listener_, SOMAXCONN) == 0 &&
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port_ = ntohs(address.sin_port);
  }
  if (pipe2(wake_, O_CLOEXEC) == 0) thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  close(wake_[1]);
  if (thread_.joinable()) thread_.join();
  CloseAll();
  close(wake_[0]);
  close(listener_);
}

void TcpProxy::Run() {
  while (true) {
    std::vector<pollfd> polled = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    {
      absl::MutexLock lock(&mutex_);
      for (const Connection& connection : connections_) {
        polled.push_back({connection.client, POLLIN, 0});
        polled.push_back({connection.server, POLLIN, 0});
      }
    }
    poll(polled.data(), polled.size(), kPollMilliseconds);
    if (polled[0].revents != 0) return;
    absl::MutexLock lock(&mutex_);
    if (polled[1].revents != 0) Accept();
    std::erase_if(connections_, [&](const Connection& connection) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      if (Carry(connection.client, connection.server, true) &&
          Carry(connection.server, connection.client, false)) {
        return false;
      }
      Close(connection);
      return true;
    });
  }
}

void TcpProxy::Accept() {
  const Connection connection = {accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC),
                                 socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ++accepted_;
  const sockaddr_in target = Loopback(target_port_);
  if (connect(connection.server, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) == 0) {
    connections_.push_back(connection);
  } else {
    Close(connection);
  }
}

bool TcpProxy::Carry(int from, int to, bool from_client) {
  char bytes[16384];
  const ssize_t count = recv(from, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (count == 0) return false;
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  size_t passing = static_cast<size_t>(count);
  if (from_client) {
    sent_.append(bytes, passing);
  } else {
    passing = std::min(passing, answers_left_);
    answers_left_ -= passing;
  }
  return send(to, bytes, passing, MSG_NOSIGNAL) == static_cast<ssize_t>(passing);
}

void TcpProxy::Close(const Connection& connection) {
  close(connection.client);
  close(connection.server);
}

void TcpProxy::CloseAll() {
  absl::MutexLock lock(&mutex_);
  for (const Connection& connection : connections_) Close(connection);
  connections_.clear();
}

void TcpProxy::StallAnswersAfter(size_t bytes) {
  absl::MutexLock lock(&mutex_);
  answers_left_ = bytes;
}

int TcpProxy::accepted() const {
  absl::MutexLock lock(&mutex_);
  return accepted_;
}

std::string TcpProxy::sent() const {
  absl::MutexLock lock(&mutex_);
  return sent_;
}

}  // namespace sallyport::server
