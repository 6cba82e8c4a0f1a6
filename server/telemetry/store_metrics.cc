#include "server/telemetry/store_metrics.h"

#include <algorithm>
#include <string>

namespace sallyport::server {
namespace {

void CollectLookups(const std::string& name, const CredentialStore::Stats& stats,
                    MetricFamilies& families) {
  const auto add = [&](std::string_view result, uint64_t lookups) {
    families.Add(Metric::kStoreLookups, {name, result}, static_cast<double>(lookups));
  };
  add("cached", stats.hits);
  add("found", stats.found);
  add("unknown", stats.unknown);
  add("stale", stats.stale);
  // A stale answer is counted after the failure that it stands in for.
  add("failed", stats.failures - std::min(stats.failures, stats.stale));
  add("refused", stats.refused);
}

}  // namespace

void CollectStores(const ActivePolicy& active, const StoreHealth& health,
                   MetricFamilies& families) {
  for (const std::shared_ptr<CredentialStore>& store : active.stores) {
    const std::string& name = store->name();
    const CredentialStore::Stats stats = store->stats();
    CollectLookups(name, stats, families);
    families.AddHistogram(Metric::kStoreLookupSeconds, {name}, store->lookup_times().Read());
    families.Add(Metric::kStoreWaiting, {name}, static_cast<double>(stats.waiting));
    families.Add(Metric::kStoreCacheEntries, {name}, static_cast<double>(stats.cached));
    for (const SessionCount& sessions : store->sessions()) {
      families.Add(Metric::kStoreSessions, {name, sessions.state},
                   static_cast<double>(sessions.count));
    }
  }
  for (const StoreHealth::Store& store : health.Stores()) {
    if (store.up) families.Add(Metric::kStoreUp, {store.name}, *store.up ? 1 : 0);
  }
}

}  // namespace sallyport::server
