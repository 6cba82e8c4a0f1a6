#include "server/login/derivation_pool.h"

#include <variant>

namespace sallyport::server {

DerivationPool::DerivationPool(const Options& options)
    : max_queued_(options.max_queued),
      thread_count_(static_cast<size_t>(options.threads)),
      cache_(options.cache) {
  for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { Run(); });
}

DerivationPool::~DerivationPool() { Stop(); }

void DerivationPool::Stop() {
  std::deque<Job> refused;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    refused.swap(queue_);
  }
  shed_.fetch_add(refused.size(), std::memory_order_relaxed);
  for (Job& job : refused) std::move(job.done)(DerivationRefused{.overloaded = true});
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::optional<DerivationAnswer> DerivationPool::DeriveCached(const KeyDerivation& work) {
  const auto* check = std::get_if<PasswordCheck>(&work);
  if (check == nullptr || !cache_.Contains(*check)) return std::nullopt;
  return PasswordVerdict{.matches = true};
}

void DerivationPool::Derive(KeyDerivation work, Done done) {
  auto* const check = std::get_if<DelegatedCheck>(&work);
  bool refused = false;
  {
    absl::MutexLock lock(&mutex_);
    refused = stopping_ || (check == nullptr && queue_.size() >= max_queued_);
    if (!refused && check == nullptr) {
      queue_.push_back({Clock::now(), std::move(work), std::move(done)});
      return;
    }
  }
  if (refused) {
    shed_.fetch_add(1, std::memory_order_relaxed);
    return std::move(done)(DerivationRefused{.overloaded = true});
  }
  AskVerifier(std::move(*check), std::move(done));
}

DerivationPool::Stats DerivationPool::stats() {
  Stats stats = {.threads = thread_count_,
                 .max_queued = max_queued_,
                 .running = running_.load(std::memory_order_relaxed),
                 .shed = shed_.load(std::memory_order_relaxed)};
  absl::MutexLock lock(&mutex_);
  stats.queued = queue_.size();
  return stats;
}

void DerivationPool::Run() {
  while (true) {
    Job job;
    {
      absl::MutexLock lock(&mutex_);
      const auto wakes = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !queue_.empty();
      };
      mutex_.Await(absl::Condition(&wakes));
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    running_.fetch_add(1, std::memory_order_relaxed);
    const Clock::time_point begun = Clock::now();
    queue_times_.Observe(begun - job.queued_at);
    DerivationAnswer answer = sallyport::Derive(job.work);
    run_times_.Observe(Clock::now() - begun);
    running_.fetch_sub(1, std::memory_order_relaxed);
    const auto* check = std::get_if<PasswordCheck>(&job.work);
    const auto* verdict = std::get_if<PasswordVerdict>(&answer);
    if (check != nullptr && verdict != nullptr && verdict->matches) cache_.Insert(*check);
    std::move(job.done)(std::move(answer));
  }
}

}  // namespace sallyport::server
