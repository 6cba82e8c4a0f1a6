#ifndef SALLYPORT_SERVER_TELEMETRY_STORE_HEALTH_H_
#define SALLYPORT_SERVER_TELEMETRY_STORE_HEALTH_H_

// Which stores of the active policy can be asked now: a thread pings each of them every
// few seconds, whether or not anybody logs in. Thread-safe.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

class StoreHealth {
 public:
  struct Options {
    absl::Duration period = absl::Seconds(5);
    // A store that has not answered by then is down.
    absl::Duration patience = absl::Seconds(10);
  };

  struct Store {
    std::string name;
    // Nothing until it has answered once.
    std::optional<bool> up;
  };

  using OnChange =
      std::function<void(const ActivePolicy& active, const std::vector<Store>& stores)>;

  // StoreHealth begins at once. `on_change` is called on its thread with the stores of
  // the active policy, when they have changed, or whether one is up. `policies` must
  // outlive it.
  StoreHealth(const PolicySource& policies, const Options& options, OnChange on_change);
  // Destroying it waits for no ping.
  ~StoreHealth();
  StoreHealth(const StoreHealth&) = delete;
  StoreHealth& operator=(const StoreHealth&) = delete;

  // Stores are those of the active policy, in its order.
  std::vector<Store> Stores() const;

 private:
  struct Watched {
    std::string name;
    // By which a store is told from another one of the same name.
    std::weak_ptr<CredentialStore> store;
    std::optional<bool> up;
    // Since when it is asked; nothing where it is not.
    std::optional<absl::Time> asked_at;
    absl::Time next_at = absl::InfinitePast();
  };

  // State outlives the object where a ping does.
  struct State {
    mutable absl::Mutex mutex;
    std::vector<std::shared_ptr<Watched>> stores ABSL_GUARDED_BY(mutex);
    bool changed ABSL_GUARDED_BY(mutex) = false;
    bool stopping ABSL_GUARDED_BY(mutex) = false;
  };

  void Run();
  // False where it is to end.
  bool AwaitChange(bool* changed);
  // Takes note of another policy.
  void Follow(const ActivePolicy& active);
  void PingDue(const ActivePolicy& active);
  static void Note(State& state, Watched& watched, bool up)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state.mutex);

  const PolicySource& policies_;
  const Options options_;
  const OnChange on_change_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  // Of the policy whose stores are watched; of the thread alone.
  std::optional<uint64_t> serial_;
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_STORE_HEALTH_H_
