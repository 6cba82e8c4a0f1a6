#include "server/telemetry/metric_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "re2/re2.h"
#include "server/telemetry/metric_families.h"

namespace sallyport::server {
namespace {

// The rows of docs/metrics.md that are about a metric.
std::set<std::string> DocumentedRows() {
  std::ifstream file("docs/metrics.md");
  EXPECT_TRUE(file.is_open());
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (RE2::PartialMatch(line, "^\\| `(sallyport|process|exposer)_")) {
      EXPECT_TRUE(rows.insert(line).second) << "twice: " << line;
    }
  }
  return rows;
}

TEST(MetricTable, IsWhatTheDocumentationSays) {
  std::set<std::string> documented = DocumentedRows();
  for (const MetricDescriptor& metric : MetricTable()) {
    EXPECT_EQ(documented.erase(DocumentedRow(metric)), 1u)
        << "docs/metrics.md should have the row\n"
        << DocumentedRow(metric);
  }
  for (const std::string& row : documented) ADD_FAILURE() << "no such metric:\n" << row;
}

TEST(MetricTable, NamesAsPrometheusWantsThem) {
  std::set<std::string_view> names;
  for (const MetricDescriptor& metric : MetricTable()) {
    const std::string name(metric.name);
    EXPECT_TRUE(names.insert(metric.name).second) << name;
    EXPECT_TRUE(RE2::FullMatch(name, "[a-z][a-z_]*")) << name;
    EXPECT_EQ(absl::EndsWith(name, "_total"), metric.type == prometheus::MetricType::Counter)
        << name;
    EXPECT_FALSE(metric.help.empty() || metric.help.back() == '.') << name;
  }
}

TEST(MetricFamilies, GivesWhatHasAValueItsNameAndItsLabels) {
  MetricFamilies families;
  families.Add(Metric::kLogins, {"blue", "PLAIN", "ok", ""}, 3);
  families.Add(Metric::kHandshakes, 4);
  const auto taken = std::move(families).Take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].name, "sallyport_logins_total");
  ASSERT_EQ(taken[0].metric.size(), 1u);
  ASSERT_EQ(taken[0].metric[0].label.size(), 4u);
  EXPECT_EQ(taken[0].metric[0].label[1].name, "mechanism");
  EXPECT_EQ(taken[0].metric[0].label[1].value, "PLAIN");
  EXPECT_EQ(taken[0].metric[0].counter.value, 3);
  EXPECT_EQ(taken[1].metric[0].gauge.value, 4);
}

TEST(MetricFamilies, AddsTheBucketsOfAHistogramUp) {
  LatencyHistogram histogram;
  histogram.Observe(std::chrono::microseconds(1));
  histogram.Observe(std::chrono::microseconds(20));
  histogram.Observe(std::chrono::minutes(2));
  MetricFamilies families;
  families.AddHistogram(Metric::kLoginStageSeconds, {"whole"}, histogram.Read());
  const auto taken = std::move(families).Take();
  ASSERT_EQ(taken.size(), 1u);
  const auto& shown = taken[0].metric[0].histogram;
  ASSERT_EQ(shown.bucket.size(), LatencyHistogram::kBounds.size());
  EXPECT_DOUBLE_EQ(shown.bucket[0].upper_bound, 1e-5);
  EXPECT_EQ(shown.bucket[0].cumulative_count, 1u);
  EXPECT_EQ(shown.bucket[1].cumulative_count, 2u);
  EXPECT_DOUBLE_EQ(shown.bucket.back().upper_bound, 30);
  EXPECT_EQ(shown.bucket.back().cumulative_count, 2u);
  EXPECT_EQ(shown.sample_count, 3u);
}

}  // namespace
}  // namespace sallyport::server
