#include "server/telemetry/metrics_server.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kKnockPeriod = absl::Milliseconds(20);

// The library has options in its addresses, such as a suffix for TLS: none of them may come
// from a configuration.
bool IsHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](unsigned char c) {
      return absl::ascii_isxdigit(c) || c == ':' || c == '.';
    });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-';
  });
}

// The port, or -1.
int PortOf(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || !IsHost(address.substr(0, colon))) return -1;
  const std::string_view digits = address.substr(colon + 1);
  const bool is_number =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  uint32_t port = 0;
  if (!is_number || !absl::SimpleAtoi(std::string(digits), &port) || port > 65535) return -1;
  return static_cast<int>(port);
}

// Connects to `address`, says nothing and goes.
void Knock(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  const addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) return;
  if (const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      fd >= 0) {
    (void)connect(fd, found->ai_addr, found->ai_addrlen);
    close(fd);
  }
  freeaddrinfo(found);
}

}  // namespace

MetricsServer::~MetricsServer() {
  absl::Notification ended;
  // The library's thread looks every two seconds whether it is to end, and when somebody
  // connects.
  std::thread knocker([&] {
    while (!ended.WaitForNotificationWithTimeout(kKnockPeriod)) Knock(address_);
  });
  exposer_.reset();
  ended.Notify();
  knocker.join();
}

bool IsMetricsAddress(std::string_view address) { return PortOf(address) >= 0; }

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& address, std::shared_ptr<prometheus::Collectable> metrics) {
  if (!IsMetricsAddress(address)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "', the address of metrics: expected HOST:PORT"));
  }
  std::unique_ptr<prometheus::Exposer> exposer;
  try {
    // A scraper comes now and then: two threads, neither of which a silent client holds for long.
    exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", address, "num_threads", "2",
                                 "request_timeout_ms", "5000", "enable_keep_alive", "no"});
    exposer->RegisterCollectable(metrics);
  } catch (const std::exception&) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                               ", the address of metrics: it is taken, or not "
                                               "this machine's"));
  }
  const std::vector<int> ports = exposer->GetListeningPorts();
  const std::string taken =
      ports.empty() ? address
                    : absl::StrCat(address.substr(0, address.rfind(':') + 1), ports.front());
  return std::unique_ptr<MetricsServer>(
      new MetricsServer(taken, std::move(metrics), std::move(exposer)));
}

}  // namespace sallyport::server
