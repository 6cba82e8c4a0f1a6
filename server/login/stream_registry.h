#ifndef SALLYPORT_SERVER_LOGIN_STREAM_REGISTRY_H_
#define SALLYPORT_SERVER_LOGIN_STREAM_REGISTRY_H_

// The calls of one kind that are open: counts them, ends logins that take too
// long, and tells the calls to end when the service drains.
// Thread-safe; it must outlive the gRPC server.

#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/login/live_stream.h"

namespace sallyport::server {

class StreamRegistry {
 public:
  // StreamRegistry looks for late handshakes on a thread of its own, ten times a
  // second.
  StreamRegistry();
  ~StreamRegistry() { Stop(); }

  // Stop ends no login any more. It may be called twice.
  void Stop();

  void Add(const std::shared_ptr<LiveStream>& stream);
  void Remove(LiveStream* stream);
  size_t size() const;

  // Drain has each stream, now and later, end when its last handshake has, and
  // waits until none is left, or `limit` has passed.
  void Drain(absl::Duration limit);

 private:
  std::vector<std::shared_ptr<LiveStream>> Streams() const ABSL_LOCKS_EXCLUDED(mutex_);
  void ExpireLateHandshakes();

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<LiveStream*, std::weak_ptr<LiveStream>> streams_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread expiry_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_STREAM_REGISTRY_H_
