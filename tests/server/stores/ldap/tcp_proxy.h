#ifndef SALLYPORT_TESTS_SERVER_STORES_LDAP_TCP_PROXY_H_
#define SALLYPORT_TESTS_SERVER_STORES_LDAP_TCP_PROXY_H_

// What stands between a client and its server, such as a load balancer: it carries bytes
// both ways, and closes connections when it is told to. In tests only. Thread-safe.

#include <cstddef>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace sallyport::server {

class TcpProxy {
 public:
  // TcpProxy forwards to `target_port` of the loopback address.
  explicit TcpProxy(int target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }

  // CloseAll closes the connections that stand, when it returns.
  void CloseAll();

  // StallAnswersAfter lets so many more bytes pass that servers send, and none after them.
  void StallAnswersAfter(size_t bytes);

  // accepted is how many connections there were so far.
  int accepted() const;
  // sent is all that clients sent, of all connections.
  std::string sent() const;

 private:
  struct Connection {
    int client;
    int server;
  };

  void Run();
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False where the connection has ended.
  bool Carry(int from, int to, bool from_client) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Close(const Connection& connection);

  const int target_port_;
  int listener_ = -1;
  int port_ = 0;
  // Readable when it is time to end.
  int wake_[2] = {-1, -1};
  mutable absl::Mutex mutex_;
  std::vector<Connection> connections_ ABSL_GUARDED_BY(mutex_);
  int accepted_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t answers_left_ ABSL_GUARDED_BY(mutex_) = std::numeric_limits<size_t>::max();
  std::string sent_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_LDAP_TCP_PROXY_H_
