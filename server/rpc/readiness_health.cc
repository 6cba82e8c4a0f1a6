#include "server/rpc/readiness_health.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

bool AnswersWhileDown(const v1::Store& store) {
  const auto& stale = store.cache().stale_while_down();
  return store.has_file() || store.has_directory() || stale.seconds() > 0 || stale.nanos() > 0;
}

}  // namespace

bool MayLogIn(const v1::Policy& policy, const std::vector<StoreHealth::Store>& stores) {
  return stores.empty() || policy.token_issuers_size() > 0 ||
         std::any_of(policy.stores().begin(), policy.stores().end(), AnswersWhileDown) ||
         std::any_of(stores.begin(), stores.end(),
                     [](const StoreHealth::Store& store) { return store.up.value_or(false); });
}

void ReadinessHealth::AddServer(grpc::HealthCheckServiceInterface* server) {
  if (server == nullptr) return;
  absl::MutexLock lock(&mutex_);
  servers_.push_back(server);
  Say();
}

void ReadinessHealth::Refresh(const v1::Policy& policy,
                              const std::vector<StoreHealth::Store>& stores) {
  absl::MutexLock lock(&mutex_);
  ready_ = MayLogIn(policy, stores);
  up_.clear();
  for (const StoreHealth::Store& store : stores) {
    named_.insert(store.name);
    if (store.up.value_or(false)) up_.insert(store.name);
  }
  Say();
}

void ReadinessHealth::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  Say();
}

void ReadinessHealth::Say() {
  for (grpc::HealthCheckServiceInterface* server : servers_) {
    server->SetServingStatus(kReadyHealthName, ready_ && !draining_);
    for (const std::string& name : named_) {
      server->SetServingStatus(absl::StrCat(kStoreHealthPrefix, name), up_.contains(name));
    }
  }
}

void ReadinessHealth::Stop() {
  absl::MutexLock lock(&mutex_);
  servers_.clear();
}

}  // namespace sallyport::server
