#ifndef SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_
#define SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_

// Where the active policy comes from: a file that is watched, and loaded whole or not
// at all. Logins go on under the policy that they began with; what a policy that is no
// longer active had opened is closed when its last login has ended. Thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "policy/policy.h"
#include "process/file_watcher.h"
#include "server/policy/active_policy.h"
#include "server/policy/broker_usage.h"

namespace sallyport::server {

// OpenStore opens a store that the policy names. InvalidArgument where its settings are
// wrong; a store that is down is no error.
using OpenStore =
    std::function<absl::StatusOr<std::shared_ptr<CredentialStore>>(const v1::Store& store)>;

// PolicyChange is a policy that became active, or was refused; or the active one, of
// which the file is a copy again after one that was refused.
struct PolicyChange {
  std::string version;
  std::string hash;
  // OK: it is active.
  absl::Status status;
  // Whether somebody called Reload, who is told the status.
  bool asked_for = false;
};

class PolicySource {
 public:
  struct Options {
    // The policy's file; empty: `text` is the policy, and nothing is watched.
    std::string file;
    std::string text;
    policy::LoginSurroundings surroundings;
    OpenStore open_store;
    // Called for each change after the first policy, one at a time, from the thread that
    // loads; may be null.
    std::function<void(const PolicyChange&)> on_change;
    // 0: the file is loaded only by Reload.
    absl::Duration watch_period = absl::Seconds(1);
  };

  // Create loads the policy. InvalidArgument says what is wrong, as Policy::Compile and
  // OpenStore do; so do other errors of the file, and of stores.
  static absl::StatusOr<std::unique_ptr<PolicySource>> Create(Options options);
  // Destroying the source waits for the policies that are held elsewhere.
  ~PolicySource();
  PolicySource(const PolicySource&) = delete;
  PolicySource& operator=(const PolicySource&) = delete;

  // serial is the active policy's. It costs no more than to read a number.
  uint64_t serial() const { return serial_.load(std::memory_order_acquire); }

  std::shared_ptr<const ActivePolicy> Current() const;

  // BrokerUse is what each broker uses at the time.
  std::vector<BrokerUsageReport> BrokerUse() const { return usages_.Report(); }

  // Reload loads the file again, as if it had changed.
  absl::Status Reload() { return Load(true); }

  // Failure is why the file, as it is now, is not the active policy; OK where it is.
  absl::Status Failure() const;

 private:
  explicit PolicySource(Options options) : options_(std::move(options)) {}

  absl::StatusOr<policy::PolicyDocument> ReadDocument() const;
  absl::StatusOr<std::shared_ptr<ActivePolicy>> Open(policy::PolicyDocument document);
  absl::StatusOr<std::shared_ptr<CredentialStore>> OpenOrKeep(const v1::Store& store,
                                                              const ActivePolicy* before) const;
  absl::Status OpenTokens(ActivePolicy* active, const ActivePolicy* before) const;
  void Activate(std::shared_ptr<ActivePolicy> active);
  absl::Status Load(bool asked_for);
  // Keeps why the file is not the active policy, and says so to whoever wants to know.
  absl::Status Tell(PolicyChange change);
  void OnFileChange();
  // Closes what nobody holds any more.
  void CloseRetired();

  const Options options_;
  // Only one load at a time.
  absl::Mutex loading_;
  std::atomic<uint64_t> serial_ = 0;
  BrokerUsages usages_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const ActivePolicy> current_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const ActivePolicy>> retired_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<process::FileWatcher> watcher_;
  std::thread closer_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_
