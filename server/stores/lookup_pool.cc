#include "server/stores/lookup_pool.h"

#include <utility>

#include "absl/status/status.h"

namespace sallyport::server {

LookupPool::LookupPool(std::vector<Reader> readers, size_t max_waiting, AccountCache& cache)
    : cache_(cache), max_waiting_(max_waiting) {
  for (Reader& reader : readers) {
    threads_.emplace_back([this, reader = std::move(reader)]() mutable { Run(std::move(reader)); });
  }
}

LookupPool::~LookupPool() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  std::deque<std::shared_ptr<Flight>> left;
  {
    absl::MutexLock lock(&mutex_);
    left.swap(queue_);
  }
  for (const auto& flight : left) Land(flight, absl::UnavailableError("the store is closing"));
}

void LookupPool::Lookup(std::string authentication_id, LookupDone done) {
  {
    absl::MutexLock lock(&mutex_);
    if (waiting_ < max_waiting_) {
      ++waiting_;
      const uint64_t generation = cache_.Generation(authentication_id);
      std::shared_ptr<Flight>& flight = joinable_[authentication_id];
      // A flight from before an invalidation may bring what was true before it.
      if (flight == nullptr || flight->generation != generation) {
        flight = std::make_shared<Flight>();
        flight->name = std::move(authentication_id);
        flight->generation = generation;
        queue_.push_back(flight);
      }
      flight->waiting.push_back(std::move(done));
      return;
    }
  }
  std::move(done)(absl::ResourceExhaustedError("too many lookups wait for the store"));
}

std::shared_ptr<LookupPool::Flight> LookupPool::Take() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closing_ || !queue_.empty();
  };
  absl::MutexLock lock(&mutex_, absl::Condition(&ready));
  if (closing_) return nullptr;
  std::shared_ptr<Flight> flight = std::move(queue_.front());
  queue_.pop_front();
  return flight;
}

void LookupPool::Run(Reader reader) {
  while (std::shared_ptr<Flight> flight = Take()) {
    const LookupResult result = reader(flight->name);
    if (result.ok()) cache_.Put(flight->name, flight->generation, *result);
    Land(flight, result);
  }
}

void LookupPool::Land(const std::shared_ptr<Flight>& flight, const LookupResult& result) {
  std::vector<LookupDone> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.swap(flight->waiting);
    waiting_ -= waiting.size();
    const auto joinable = joinable_.find(flight->name);
    if (joinable != joinable_.end() && joinable->second == flight) joinable_.erase(joinable);
  }
  for (LookupDone& done : waiting) std::move(done)(result);
}

}  // namespace sallyport::server
