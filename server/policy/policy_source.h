#ifndef SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_
#define SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_

// Where the active policy comes from: a file that is watched, and loaded whole or not
// at all, once nobody writes into it any more. What is refused for want of something else
// than the file is tried again, ever more slowly. Logins go on under the policy that they began
// with; what a policy that is no longer active had opened is closed when its last login has ended.
// Thread-safe.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "audit/policy_stamp.h"
#include "policy/policy.h"
#include "policy/policy_document.h"
#include "process/backoff.h"
#include "process/change_watcher.h"
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
  // The file's, as far as it is known: the hash is empty where the file cannot be read, and
  // the version where it cannot be understood.
  std::string version;
  std::string hash;
  // OK: it is active.
  absl::Status status;
  // Whether somebody called Reload, who is told of it.
  bool asked_for = false;
  // The policy that is active now; may be the one before.
  std::shared_ptr<const audit::PolicyStamp> active;
};

// RecordPolicyChange records what came of a change.
using RecordPolicyChange = absl::AnyInvocable<void(const PolicyChange&) &&>;

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
    // Gives what will record a change that nobody asked for, before it is made; may be null.
    // A policy does not become active while it fails.
    std::function<absl::StatusOr<RecordPolicyChange>()> reserve_record;
    // 0: the file is loaded only by Reload, and nothing is tried again.
    absl::Duration watch_period = absl::Seconds(1);
    // For how long nobody must have written into the file before it is read.
    absl::Duration still_for = absl::Milliseconds(250);
    // How soon what may pass by itself is tried again, at first and at last.
    absl::Duration first_retry = absl::Seconds(1);
    absl::Duration last_retry = absl::Minutes(1);
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

  // Reload loads the file again, as if it had changed, and tells what came of it.
  PolicyChange Reload() { return Load(true); }

  // Failure is why the file, as it is now, is not the active policy, or that it cannot be
  // read; OK where it is.
  absl::Status Failure() const;

 private:
  // Whether what failed may pass by itself.
  enum class Remedy { kAnotherFile, kTime };

  explicit PolicySource(Options options)
      : options_(std::move(options)), backoff_(options_.first_retry, options_.last_retry) {}

  absl::Status LoadFirst();
  void Watch();
  absl::StatusOr<std::string> ReadText();
  absl::StatusOr<std::shared_ptr<const policy::Policy>> Compile(std::string text,
                                                                std::string* version) const;
  absl::StatusOr<std::shared_ptr<ActivePolicy>> Open(std::shared_ptr<const policy::Policy> policy);
  absl::StatusOr<std::shared_ptr<CredentialStore>> OpenOrKeep(const v1::Store& store,
                                                              const ActivePolicy* before) const;
  absl::Status OpenTokens(ActivePolicy* active, const ActivePolicy* before) const;
  void Activate(std::shared_ptr<ActivePolicy> active);
  PolicyChange Load(bool asked_for);
  // Makes the file's policy active, where it is not, and fills in what came of it.
  Remedy Take(PolicyChange* change, RecordPolicyChange* record);
  // Keeps why the file is not the active policy, and when to try again; true where that is
  // news.
  bool Keep(const PolicyChange& change, Remedy remedy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading_);
  absl::StatusOr<RecordPolicyChange> ReserveRecord(const PolicyChange& change) const;
  // Another text where there is something to load: the file is another, or it is time to
  // try again.
  std::string Look();
  // Waits; true where the source is being destroyed.
  bool Pause(absl::Duration time);
  // Closes what nobody holds any more.
  void CloseRetired();

  static constexpr auto kNever = std::chrono::steady_clock::time_point::max();

  const Options options_;
  // Only one load at a time.
  absl::Mutex loading_;
  process::Backoff backoff_ ABSL_GUARDED_BY(loading_);
  // The file's, when it was told last why it is not active.
  std::string failed_hash_ ABSL_GUARDED_BY(loading_);
  std::atomic<uint64_t> serial_ = 0;
  BrokerUsages usages_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const ActivePolicy> current_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const ActivePolicy>> retired_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point retry_at_ ABSL_GUARDED_BY(mutex_) = kNever;
  uint64_t retries_ ABSL_GUARDED_BY(mutex_) = 0;
  // Nothing is loaded any more; and nothing is active any more.
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<process::ChangeWatcher> watcher_;
  std::thread closer_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_POLICY_SOURCE_H_
