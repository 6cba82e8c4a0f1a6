#include "bench/load/client_work.h"

#include <memory>
#include <variant>

namespace sallyport::bench {
namespace {

constexpr size_t kThreads = 4;

}  // namespace

ClientWork::ClientWork() : pool_(kThreads) {}

ClientWork::~ClientWork() {
  pool_.stop();
  pool_.join();
}

std::optional<DerivationAnswer> ClientWork::Answer(const KeyDerivation& work) {
  if (std::holds_alternative<std::shared_ptr<SlowStep>>(work)) return std::nullopt;
  const auto* wanted = std::get_if<SaltedPassword>(&work);
  if (wanted == nullptr) return Derive(work);
  absl::MutexLock lock(&mutex_);
  auto found = by_salt_.find(wanted->salt);
  if (found != by_salt_.end()) return found->second;
  DerivationAnswer answer = Derive(work);
  if (const auto* secret = std::get_if<Secret>(&answer)) by_salt_.emplace(wanted->salt, *secret);
  return answer;
}

}  // namespace sallyport::bench
