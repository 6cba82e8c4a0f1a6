#ifndef SALLYPORT_SERVER_TELEMETRY_METRIC_TABLE_H_
#define SALLYPORT_SERVER_TELEMETRY_METRIC_TABLE_H_

// Every metric that sallyportd shows, named in one place: docs/metrics.md is held to it
// by a test.

#include <prometheus/metric_type.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::server {

// Metric names a row of the table.
enum class Metric : uint8_t {
  kLogins,
  kLoginStageSeconds,
  kHandshakes,
  kStreams,
  kDroppedInputs,
  kBrokerStreams,
  kBrokerHandshakes,
  kBrokerRefused,
  kStoreUp,
  kStoreLookups,
  kStoreLookupSeconds,
  kStoreWaiting,
  kStoreCacheEntries,
  kStoreSessions,
  kDerivationsQueued,
  kDerivationQueueLimit,
  kDerivationsRunning,
  kDerivationThreads,
  kDerivationsShed,
  kVerifiedPasswords,
  kVerifiedPasswordChecks,
  kRememberedSessions,
  kResumeTokensSealed,
  kResumeTokensOpened,
  kResumeTokensRefused,
  kAuditQueued,
  kAuditWritten,
  kAuditLost,
  kAuditRefused,
  kAuditFailing,
  kPolicyInfo,
  kPolicyLoadedTimestamp,
  kPolicyRefused,
  kPolicyReloads,
  kCertificateExpiry,
  kBuildInfo,
  kProcessCpuSeconds,
  kProcessResidentMemory,
  kProcessVirtualMemory,
  kProcessOpenFds,
  kProcessMaxFds,
  kProcessThreads,
  kProcessStartTime,
};

inline constexpr size_t kMetrics = static_cast<size_t>(Metric::kProcessStartTime) + 1;

struct MetricDescriptor {
  std::string_view name;
  prometheus::MetricType type;
  // Empty ones are none, and last.
  std::array<std::string_view, 4> labels;
  // A sentence without its full stop.
  std::string_view help;
};

// MetricTable has a row for each Metric, and then those of the HTTP server, which counts
// for itself.
std::span<const MetricDescriptor> MetricTable();

// Describe is the row of `metric`.
const MetricDescriptor& Describe(Metric metric);

// DocumentedRow is how docs/metrics.md shows the row.
std::string DocumentedRow(const MetricDescriptor& metric);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_METRIC_TABLE_H_
