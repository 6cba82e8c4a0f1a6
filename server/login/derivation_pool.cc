#include "server/login/derivation_pool.h"

#include <variant>

namespace sallyport::server {

DerivationPool::DerivationPool(const Options& options)
    : max_queued_(options.max_queued), cache_(options.cache) {
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
      queue_.push_back({std::move(work), std::move(done)});
      return;
    }
  }
  if (refused) return std::move(done)(DerivationRefused{.overloaded = true});
  AskVerifier(std::move(*check), std::move(done));
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
    DerivationAnswer answer = sallyport::Derive(job.work);
    const auto* check = std::get_if<PasswordCheck>(&job.work);
    const auto* verdict = std::get_if<PasswordVerdict>(&answer);
    if (check != nullptr && verdict != nullptr && verdict->matches) cache_.Insert(*check);
    std::move(job.done)(std::move(answer));
  }
}

}  // namespace sallyport::server
