#ifndef SALLYPORT_TESTS_KERBEROS_RESERVED_PORT_H_
#define SALLYPORT_TESTS_KERBEROS_RESERVED_PORT_H_

// A port of the loopback address, for TCP and UDP, that is kept for a program
// which cannot choose a free one itself but sets SO_REUSEPORT, as MIT's KDC does.
// In tests only. Not thread-safe.

#include "absl/status/statusor.h"

namespace sallyport {

class ReservedPort {
 public:
  // Reserve takes a port that nobody has. While it is held, nobody else can have
  // it but a process of the same user that sets SO_REUSEPORT and names it, and
  // none but that one is connected to. Unavailable where there is no free port.
  static absl::StatusOr<ReservedPort> Reserve();

  ReservedPort(ReservedPort&& other) noexcept;
  ReservedPort& operator=(ReservedPort&&) = delete;
  // Destroying it leaves the port to whoever serves it: until then, UDP datagrams
  // may get lost here.
  ~ReservedPort();

  int port() const { return port_; }

 private:
  ReservedPort(int tcp, int udp, int port) : tcp_(tcp), udp_(udp), port_(port) {}

  int tcp_;
  int udp_;
  int port_;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_KERBEROS_RESERVED_PORT_H_
