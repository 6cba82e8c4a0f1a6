#include "server/telemetry/store_health.h"

#include <algorithm>
#include <utility>

namespace sallyport::server {
namespace {

// How soon a new policy's stores are asked.
constexpr absl::Duration kStep = absl::Milliseconds(200);

bool IsSame(const std::weak_ptr<CredentialStore>& a, const std::shared_ptr<CredentialStore>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

}  // namespace

StoreHealth::StoreHealth(const PolicySource& policies, const Options& options, OnChange on_change)
    : policies_(policies),
      options_(options),
      on_change_(std::move(on_change)),
      thread_([this] { Run(); }) {}

StoreHealth::~StoreHealth() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stopping = true;
  }
  thread_.join();
}

std::vector<StoreHealth::Store> StoreHealth::Stores() const {
  std::vector<Store> stores;
  absl::MutexLock lock(&state_->mutex);
  for (const auto& watched : state_->stores) stores.push_back({watched->name, watched->up});
  return stores;
}

void StoreHealth::Note(State& state, Watched& watched, bool up) {
  if (watched.up == up) return;
  watched.up = up;
  state.changed = true;
}

void StoreHealth::Follow(const ActivePolicy& active) {
  absl::MutexLock lock(&state_->mutex);
  std::vector<std::shared_ptr<Watched>> stores;
  for (const std::shared_ptr<CredentialStore>& store : active.stores) {
    const auto known =
        std::find_if(state_->stores.begin(), state_->stores.end(),
                     [&](const auto& watched) { return IsSame(watched->store, store); });
    if (known != state_->stores.end()) {
      stores.push_back(*known);
      continue;
    }
    stores.push_back(std::make_shared<Watched>());
    stores.back()->name = store->name();
    stores.back()->store = store;
  }
  state_->stores = std::move(stores);
  state_->changed = true;
}

// Only while it calls Ping is the policy held: a store that ends meanwhile answers its
// pings as it goes.
void StoreHealth::PingDue(const ActivePolicy& active) {
  const absl::Time now = MonotonicNow();
  State& state = *state_;
  for (size_t i = 0; i < active.stores.size(); ++i) {
    std::shared_ptr<Watched> watched;
    {
      absl::MutexLock lock(&state.mutex);
      watched = state.stores[i];
      if (watched->asked_at) {
        if (now - *watched->asked_at >= options_.patience) Note(state, *watched, false);
        continue;
      }
      if (now < watched->next_at) continue;
      watched->asked_at = now;
      watched->next_at = now + options_.period;
    }
    active.stores[i]->Ping([shared = state_, watched](const absl::Status& status) {
      State& told = *shared;
      absl::MutexLock lock(&told.mutex);
      watched->asked_at.reset();
      Note(told, *watched, status.ok());
    });
  }
}

bool StoreHealth::AwaitChange(bool* changed) {
  State& state = *state_;
  absl::MutexLock lock(&state.mutex);
  const auto wakes = [&state]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state.mutex) {
    return state.changed || state.stopping;
  };
  state.mutex.AwaitWithTimeout(absl::Condition(&wakes), kStep);
  *changed = std::exchange(state.changed, false);
  return !state.stopping;
}

void StoreHealth::Run() {
  bool changed = false;
  do {
    const std::shared_ptr<const ActivePolicy> active = policies_.Current();
    if (serial_ != active->serial) {
      Follow(*active);
      serial_ = active->serial;
    }
    if (changed) on_change_(*active, Stores());
    PingDue(*active);
  } while (AwaitChange(&changed));
}

}  // namespace sallyport::server
