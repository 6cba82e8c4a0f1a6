#include "client/replica_choice.h"

#include <algorithm>
#include <utility>

namespace sallyport::client {
namespace {

// As long as a replica takes to drain, and the orchestrator to take its name away.
constexpr auto kShunTime = std::chrono::seconds(10);

}  // namespace

void ReplicaChoice::Update(const std::vector<std::string>& addresses) {
  for (auto& [address, replica] : replicas_) replica.known = false;
  for (const std::string& address : addresses) replicas_[address].known = true;
  known_ = 0;
  for (auto position = replicas_.begin(); position != replicas_.end();) {
    const Replica& replica = position->second;
    if (replica.known) ++known_;
    position =
        replica.known || replica.streams > 0 ? std::next(position) : replicas_.erase(position);
  }
}

std::optional<std::string> ReplicaChoice::Pick(Clock::time_point now, double random) {
  using Rank = std::pair<Clock::time_point, int>;
  std::vector<std::pair<const std::string, Replica>*> best;
  Rank least;
  for (auto& entry : replicas_) {
    const Replica& replica = entry.second;
    if (!replica.known) continue;
    const bool shunned = replica.shunned_until > now;
    const Rank rank(shunned ? replica.shunned_until : Clock::time_point::min(), replica.streams);
    if (best.empty() || rank < least) {
      best.clear();
      least = rank;
    }
    if (rank == least) best.push_back(&entry);
  }
  if (best.empty()) return std::nullopt;
  const auto index = static_cast<size_t>(random * static_cast<double>(best.size()));
  auto& [address, replica] = *best[std::min(index, best.size() - 1)];
  ++replica.streams;
  return address;
}

void ReplicaChoice::Release(const std::string& address) {
  const auto position = replicas_.find(address);
  if (position == replicas_.end()) return;
  if (--position->second.streams == 0 && !position->second.known) replicas_.erase(position);
}

void ReplicaChoice::Shun(const std::string& address, Clock::time_point now) {
  const auto position = replicas_.find(address);
  if (position != replicas_.end()) position->second.shunned_until = now + kShunTime;
}

void ReplicaChoice::Forgive(const std::string& address) {
  const auto position = replicas_.find(address);
  if (position != replicas_.end()) position->second.shunned_until = Clock::time_point::min();
}

bool ReplicaChoice::HasUnshunned(Clock::time_point now) const {
  return std::any_of(replicas_.begin(), replicas_.end(), [now](const auto& entry) {
    return entry.second.known && entry.second.shunned_until <= now;
  });
}

}  // namespace sallyport::client
