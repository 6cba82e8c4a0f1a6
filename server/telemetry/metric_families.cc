#include "server/telemetry/metric_families.h"

#include <string>
#include <utility>

namespace sallyport::server {

prometheus::ClientMetric& MetricFamilies::New(Metric metric, LabelValues labels) {
  const MetricDescriptor& descriptor = Describe(metric);
  prometheus::MetricFamily& family = families_[static_cast<size_t>(metric)];
  if (family.metric.empty()) {
    family.name = descriptor.name;
    family.help = descriptor.help;
    family.type = descriptor.type;
  }
  prometheus::ClientMetric& value = family.metric.emplace_back();
  const std::string_view* name = descriptor.labels.begin();
  for (const std::string_view label : labels) {
    value.label.push_back({std::string(*name++), std::string(label)});
  }
  return value;
}

void MetricFamilies::Add(Metric metric, LabelValues labels, double value) {
  prometheus::ClientMetric& added = New(metric, labels);
  if (Describe(metric).type == prometheus::MetricType::Counter) {
    added.counter.value = value;
  } else {
    added.gauge.value = value;
  }
}

void MetricFamilies::AddHistogram(Metric metric, LabelValues labels,
                                  const LatencyHistogram::Counts& counts) {
  prometheus::ClientMetric::Histogram& histogram = New(metric, labels).histogram;
  uint64_t below = 0;
  for (size_t i = 0; i < LatencyHistogram::kBounds.size(); ++i) {
    below += counts.buckets[i];
    histogram.bucket.push_back({below, static_cast<double>(LatencyHistogram::kBounds[i]) / 1e9});
  }
  histogram.sample_count = below + counts.buckets.back();
  histogram.sample_sum = counts.sum_seconds;
}

std::vector<prometheus::MetricFamily> MetricFamilies::Take() && {
  std::vector<prometheus::MetricFamily> taken;
  for (prometheus::MetricFamily& family : families_) {
    if (!family.metric.empty()) taken.push_back(std::move(family));
  }
  return taken;
}

}  // namespace sallyport::server
