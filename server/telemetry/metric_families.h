#ifndef SALLYPORT_SERVER_TELEMETRY_METRIC_FAMILIES_H_
#define SALLYPORT_SERVER_TELEMETRY_METRIC_FAMILIES_H_

// Gathers the values of one scrape, under the names of the MetricTable. Not thread-safe.

#include <prometheus/metric_family.h>

#include <array>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "server/telemetry/latency_histogram.h"
#include "server/telemetry/metric_table.h"

namespace sallyport::server {

class MetricFamilies {
 public:
  // LabelValues are in the order of the table's labels, and as many.
  using LabelValues = std::initializer_list<std::string_view>;

  // Add gives a value of a counter or a gauge.
  void Add(Metric metric, LabelValues labels, double value);
  void Add(Metric metric, double value) { Add(metric, {}, value); }

  // AddHistogram gives the values of a histogram.
  void AddHistogram(Metric metric, LabelValues labels, const LatencyHistogram::Counts& counts);

  // Take is every metric that has a value.
  std::vector<prometheus::MetricFamily> Take() &&;

 private:
  prometheus::ClientMetric& New(Metric metric, LabelValues labels);

  std::array<prometheus::MetricFamily, kMetrics> families_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_METRIC_FAMILIES_H_
