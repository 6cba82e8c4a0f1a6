#ifndef SALLYPORT_SERVER_TELEMETRY_PROCESS_METRICS_H_
#define SALLYPORT_SERVER_TELEMETRY_PROCESS_METRICS_H_

// What the system knows of this process, under the names that every Prometheus client
// gives; and what the process was built from. Thread-safe.

#include "server/telemetry/metric_families.h"

namespace sallyport::server {

// CollectProcess adds what /proc says; what it does not say is left out.
void CollectProcess(MetricFamilies& families);

// CollectBuild adds the versions.
void CollectBuild(MetricFamilies& families);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_PROCESS_METRICS_H_
