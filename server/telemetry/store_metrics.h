#ifndef SALLYPORT_SERVER_TELEMETRY_STORE_METRICS_H_
#define SALLYPORT_SERVER_TELEMETRY_STORE_METRICS_H_

// What the stores of a policy say of themselves.

#include "server/policy/active_policy.h"
#include "server/telemetry/metric_families.h"
#include "server/telemetry/store_health.h"

namespace sallyport::server {

// CollectStores adds the values of the stores of `active`, and whether each is up.
void CollectStores(const ActivePolicy& active, const StoreHealth& health, MetricFamilies& families);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_STORE_METRICS_H_
