#ifndef SALLYPORT_GATEWAY_EVENT_LOOP_H_
#define SALLYPORT_GATEWAY_EVENT_LOOP_H_

// One event thread with an io_context of its own. A client's connection and the
// broker's that belongs to it stay on one loop for life: nothing about them is
// locked, and what they share with others (limits, cached certificates) is not
// on the path of spliced bytes. All but context() belongs to the loop's thread, or
// to its owner before Start and after Join.

#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"

namespace sallyport::gateway {

class EventLoop;

// Connection is what lives on a loop for a while and can be told to end.
class Connection {
 public:
  explicit Connection(EventLoop& loop);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection();

  // Abort closes it at once. It may be called more than once.
  virtual void Abort() = 0;

 protected:
  EventLoop& loop_;
};

class EventLoop {
 public:
  // kScratchSize is how much is read at once, in bytes.
  static constexpr size_t kScratchSize = 64 * 1024;

  // EventLoop throws std::system_error where the system has no resources for it.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // context may be posted to from any thread.
  asio::io_context& context() { return context_; }

  // scratch is a buffer for the length of one callback: what is in it when the
  // callback ends is lost.
  std::span<char> scratch() { return scratch_; }

  // PrepareResolver starts the thread on which Asio resolves names, so that it is
  // there when a client comes. Before Start.
  void PrepareResolver();

  // Start runs the loop on a thread of its own.
  void Start();

  // Stop aborts every connection on the loop; the thread ends when they are
  // gone. From any thread, once, after Start.
  void Stop();

  // Join waits for the thread.
  void Join();

 private:
  friend class Connection;

  // Before the context, which destroys the connections that still wait.
  absl::flat_hash_set<Connection*> connections_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<char> scratch_;
  std::thread thread_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_EVENT_LOOP_H_
