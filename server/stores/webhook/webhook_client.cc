#include "server/stores/webhook/webhook_client.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "process/signals.h"

namespace sallyport::server {

WebhookClient::WebhookClient(WebhookClientOptions options)
    : options_(std::move(options)),
      multi_(NewMulti()),
      breaker_(options_.breaker_failures, absl::ToChronoNanoseconds(options_.breaker_retry_after)),
      outage_log_(options_.store) {
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_concurrent));
  thread_ = std::thread([this] { Run(); });
}

WebhookClient::~WebhookClient() { Close(); }

void WebhookClient::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  curl_multi_wakeup(multi_.get());
  if (thread_.joinable()) thread_.join();
}

void WebhookClient::Post(Secret body, std::string request_id, Done done) {
  if (waiting_.fetch_add(1) >= options_.max_waiting) {
    waiting_.fetch_sub(1);
    std::move(done)(absl::ResourceExhaustedError("too many requests wait for the webhook"));
    return;
  }
  {
    absl::MutexLock lock(&mutex_);
    if (!closing_) {
      posted_.push_back({std::move(body), std::move(request_id),
                         Clock::now() + absl::ToChronoNanoseconds(options_.timeout),
                         std::move(done)});
    }
  }
  if (done == nullptr) {
    curl_multi_wakeup(multi_.get());
    return;
  }
  waiting_.fetch_sub(1);
  std::move(done)(absl::UnavailableError("the webhook's client is closed"));
}

void WebhookClient::Run() {
  // A peer that hangs up within a TLS record must not end the process.
  const process::BlockedSignals blocked({SIGPIPE});
  while (!TakePosted()) {
    EndLate();
    StartQueued();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    FinishDone();
    // What has ended may leave room for what waits.
    if (!queue_.empty() && active_.size() < options_.max_concurrent) continue;
    curl_multi_poll(multi_.get(), nullptr, 0, MillisecondsToDeadline(), nullptr);
  }
  EndAll();
}

bool WebhookClient::TakePosted() {
  absl::MutexLock lock(&mutex_);
  std::move(posted_.begin(), posted_.end(), std::back_inserter(queue_));
  posted_.clear();
  return closing_;
}

void WebhookClient::EndLate() {
  const Clock::time_point now = Clock::now();
  while (!queue_.empty() && queue_.front().deadline <= now) {
    Request request = std::move(queue_.front());
    queue_.pop_front();
    End(std::move(request),
        absl::UnavailableError(absl::StrCat(
            options_.target.url, ": none of ", options_.max_concurrent, " requests ended within ",
            absl::FormatDuration(options_.timeout), " to let another begin")));
  }
  for (size_t i = active_.size(); i-- > 0;) {
    if (active_[i]->request.deadline <= now) Finish(i, CURLE_OPERATION_TIMEDOUT);
  }
}

void WebhookClient::StartQueued() {
  if (queue_.empty() || active_.size() >= options_.max_concurrent) return;
  absl::StatusOr<Secret> bearer_token = Secret();
  if (options_.bearer_token != nullptr) bearer_token = options_.bearer_token();
  if (!bearer_token.ok()) outage_log_.Report(bearer_token.status());
  while (!queue_.empty() && active_.size() < options_.max_concurrent) {
    Request request = std::move(queue_.front());
    queue_.pop_front();
    if (!bearer_token.ok()) {
      End(std::move(request), absl::UnavailableError(bearer_token.status().message()));
    } else if (const auto permit = breaker_.Ask(Clock::now())) {
      Start(std::move(request), *permit, bearer_token->view());
    } else {
      End(std::move(request),
          absl::UnavailableError(absl::StrCat("not asked, since it failed: ", last_failure_)));
    }
  }
}

void WebhookClient::Start(Request request, CircuitBreaker::Permit permit,
                          std::string_view bearer_token) {
  std::unique_ptr<Transfer> transfer;
  if (idle_.empty()) {
    transfer = std::make_unique<Transfer>(options_.target);
  } else {
    transfer = std::move(idle_.back());
    idle_.pop_back();
  }
  transfer->request = std::move(request);
  transfer->permit = permit;
  if (!transfer->post.Prepare(transfer->request.body.view(), transfer->request.id, bearer_token)) {
    breaker_.Abandoned(permit);
    End(std::move(transfer->request), absl::UnavailableError("there is no memory for a request"));
    return;
  }
  curl_multi_add_handle(multi_.get(), transfer->post.handle());
  active_.push_back(std::move(transfer));
}

void WebhookClient::FinishDone() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto found =
        std::find_if(active_.begin(), active_.end(), [message](const auto& transfer) {
          return transfer->post.handle() == message->easy_handle;
        });
    if (found == active_.end()) continue;
    Finish(static_cast<size_t>(found - active_.begin()), message->data.result);
  }
}

void WebhookClient::Finish(size_t index, CURLcode result) {
  std::unique_ptr<Transfer> transfer = std::move(active_[index]);
  active_[index] = std::move(active_.back());
  active_.pop_back();
  curl_multi_remove_handle(multi_.get(), transfer->post.handle());
  PostAnswer answer = transfer->post.Take(result);
  if (answer.answered) {
    breaker_.Succeeded(*transfer->permit);
  } else {
    last_failure_ = std::string(answer.body.status().message());
    breaker_.Failed(*transfer->permit, Clock::now());
  }
  if (!answer.body.ok()) {
    answer.body = absl::UnavailableError(
        absl::StrCat(answer.body.status().message(), " (request ", transfer->request.id, ")"));
  }
  outage_log_.Report(answer.body.status());
  Request request = std::move(transfer->request);
  idle_.push_back(std::move(transfer));
  End(std::move(request), std::move(answer.body));
}

void WebhookClient::End(Request request, absl::StatusOr<Secret> result) {
  waiting_.fetch_sub(1);
  std::move(request.done)(std::move(result));
}

void WebhookClient::EndAll() {
  const absl::Status closed = absl::UnavailableError("the webhook's client is closed");
  while (!active_.empty()) {
    std::unique_ptr<Transfer> transfer = std::move(active_.back());
    active_.pop_back();
    curl_multi_remove_handle(multi_.get(), transfer->post.handle());
    End(std::move(transfer->request), closed);
  }
  while (!queue_.empty()) {
    Request request = std::move(queue_.front());
    queue_.pop_front();
    End(std::move(request), closed);
  }
}

int WebhookClient::MillisecondsToDeadline() const {
  // Whatever is posted wakes the thread.
  constexpr std::chrono::milliseconds kIdle{60'000};
  Clock::time_point next = Clock::now() + kIdle;
  if (!queue_.empty()) next = std::min(next, queue_.front().deadline);
  for (const auto& transfer : active_) next = std::min(next, transfer->request.deadline);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
  return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

}  // namespace sallyport::server
