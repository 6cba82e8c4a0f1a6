#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CLIENT_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CLIENT_H_

// Posts documents to one URL: many at once on a thread of its own, over connections
// that are kept, within bounds of number and time, and not at all while the server is
// known to be down. Thread-safe.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "server/http/curl_handles.h"
#include "server/stores/outage_log.h"
#include "server/stores/webhook/circuit_breaker.h"
#include "server/stores/webhook/post_transfer.h"

namespace sallyport::server {

struct WebhookClientOptions {
  // As logs name it.
  std::string store;
  PostTarget target;
  // What is sent as the bearer token, read whenever requests begin; null: nothing.
  std::function<absl::StatusOr<Secret>()> bearer_token;
  // From Post to the answer.
  absl::Duration timeout = absl::Seconds(5);
  // Requests under way; further ones wait.
  size_t max_concurrent = 64;
  // Requests in all.
  size_t max_waiting = 4096;
  uint32_t breaker_failures = 5;
  absl::Duration breaker_retry_after = absl::Seconds(5);
};

class WebhookClient {
 public:
  // A Done gets the body of an answer of status 200. Unavailable, with the cause,
  // where there was none in time; ResourceExhausted where too many requests wait.
  using Done = absl::AnyInvocable<void(absl::StatusOr<Secret>) &&>;

  explicit WebhookClient(WebhookClientOptions options);
  // Destroying the client is Close.
  ~WebhookClient();
  WebhookClient(const WebhookClient&) = delete;
  WebhookClient& operator=(const WebhookClient&) = delete;

  // Post sends `body`. `request_id` is the value of a header. `done` is called exactly
  // once, on the client's thread or the caller's, under no lock.
  void Post(Secret body, std::string request_id, Done done);

  // waiting is how many requests have no answer yet.
  size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  // Close answers what is under way, and whatever is posted later, with Unavailable.
  // Not to be called by a Done.
  void Close();

 private:
  using Clock = std::chrono::steady_clock;

  struct Request {
    Secret body;
    std::string id;
    Clock::time_point deadline;
    Done done;
  };

  // Transfer is a handle, and the request that it carries.
  struct Transfer {
    explicit Transfer(const PostTarget& target) : post(target) {}

    PostTransfer post;
    Request request;
    std::optional<CircuitBreaker::Permit> permit;
  };

  void Run();
  // Moves what was posted to the queue; true where the client closes.
  bool TakePosted();
  void EndLate();
  void StartQueued();
  void Start(Request request, CircuitBreaker::Permit permit, std::string_view bearer_token);
  void FinishDone();
  // Ends the active transfer at `index`, of which `result` came.
  void Finish(size_t index, CURLcode result);
  void End(Request request, absl::StatusOr<Secret> result);
  void EndAll();
  int MillisecondsToDeadline() const;

  const WebhookClientOptions options_;
  const MultiHandle multi_;
  std::atomic<size_t> waiting_ = 0;

  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Request> posted_ ABSL_GUARDED_BY(mutex_);

  // The rest belongs to the thread. Deadlines in the queue are in order.
  std::deque<Request> queue_;
  std::vector<std::unique_ptr<Transfer>> active_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  CircuitBreaker breaker_;
  OutageLog outage_log_;
  // What opened the breaker.
  std::string last_failure_;
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CLIENT_H_
