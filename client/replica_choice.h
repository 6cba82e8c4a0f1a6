#ifndef SALLYPORT_CLIENT_REPLICA_CHOICE_H_
#define SALLYPORT_CLIENT_REPLICA_CHOICE_H_

// Which of the service's replicas the next stream goes to: the one with the fewest of
// this broker's streams, and any of those that have as few; one that failed or drains
// only where there is no other. Pure: time and randomness are handed in. Not thread-safe.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"

namespace sallyport::client {

class ReplicaChoice {
 public:
  using Clock = std::chrono::steady_clock;

  // Update has the replicas be those at `addresses`. Streams to others go on.
  void Update(const std::vector<std::string>& addresses);

  // Pick chooses a replica and counts a stream there; nullopt: none is known. `random` is
  // uniform in [0, 1).
  std::optional<std::string> Pick(Clock::time_point now, double random);

  // Release takes back one Pick of `address`: its stream is gone.
  void Release(const std::string& address);

  // Shun has others be tried before `address` for a while.
  void Shun(const std::string& address, Clock::time_point now);

  // Forgive takes back Shun: it has answered.
  void Forgive(const std::string& address);

  bool empty() const { return known_ == 0; }

  // HasUnshunned says whether there is one of which nothing bad is known.
  bool HasUnshunned(Clock::time_point now) const;

 private:
  struct Replica {
    // Whether it was in the last Update.
    bool known = false;
    int streams = 0;
    Clock::time_point shunned_until = Clock::time_point::min();
  };

  absl::btree_map<std::string, Replica> replicas_;
  size_t known_ = 0;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REPLICA_CHOICE_H_
