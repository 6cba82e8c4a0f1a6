#include "server/telemetry/metric_table.h"

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

using enum prometheus::MetricType;

// In the order of Metric.
constexpr std::array kTable = {
    MetricDescriptor{"sallyport_logins_total",
                     Counter,
                     {"tenant", "mechanism", "outcome", "reason"},
                     "Logins that ended with an outcome"},
    MetricDescriptor{
        "sallyport_login_stage_seconds", Histogram, {"stage"}, "Time that logins spent in a stage"},
    MetricDescriptor{"sallyport_handshakes",
                     Gauge,
                     {},
                     "Logins under way, those that wait for their client "
                     "included"},
    MetricDescriptor{"sallyport_streams", Gauge, {"kind"}, "Calls and connections that are open"},
    MetricDescriptor{"sallyport_dropped_inputs_total",
                     Counter,
                     {},
                     "Inputs for connections that were not live, mostly those that crossed an "
                     "outcome"},
    MetricDescriptor{"sallyport_broker_streams",
                     Gauge,
                     {"broker"},
                     "Handshake streams that the broker has open"},
    MetricDescriptor{"sallyport_broker_handshakes",
                     Gauge,
                     {"broker"},
                     "The broker's handshakes that have no outcome yet"},
    MetricDescriptor{"sallyport_broker_refused_total",
                     Counter,
                     {"broker", "quota"},
                     "Streams and handshakes refused over a quota of the broker"},
    MetricDescriptor{"sallyport_store_up",
                     Gauge,
                     {"store"},
                     "Whether the store answered when it was last asked, which is every 5 s"},
    MetricDescriptor{"sallyport_store_lookups_total",
                     Counter,
                     {"store", "result"},
                     "Lookups of users by what came of them"},
    MetricDescriptor{"sallyport_store_lookup_seconds",
                     Histogram,
                     {"store"},
                     "Time that the store itself took for a lookup, cached ones left out"},
    MetricDescriptor{
        "sallyport_store_waiting", Gauge, {"store"}, "Lookups that wait for the store's answer"},
    MetricDescriptor{"sallyport_store_cache_entries",
                     Gauge,
                     {"store"},
                     "Users in the store's cache, expired ones and unknown ones included"},
    MetricDescriptor{"sallyport_store_sessions",
                     Gauge,
                     {"store", "state"},
                     "Connections or threads that the store is asked by"},
    MetricDescriptor{
        "sallyport_derivations_queued", Gauge, {}, "Derivations that wait for a thread"},
    MetricDescriptor{"sallyport_derivation_queue_limit",
                     Gauge,
                     {},
                     "How many derivations may wait before one is refused"},
    MetricDescriptor{"sallyport_derivations_running", Gauge, {}, "Derivations that run"},
    MetricDescriptor{"sallyport_derivation_threads", Gauge, {}, "Threads for derivations"},
    MetricDescriptor{"sallyport_derivations_shed_total",
                     Counter,
                     {},
                     "Derivations that were refused, as too many waited"},
    MetricDescriptor{
        "sallyport_verified_passwords", Gauge, {}, "Passwords remembered as right, as digests"},
    MetricDescriptor{"sallyport_verified_password_checks_total",
                     Counter,
                     {"result"},
                     "Passwords that were looked for among those remembered"},
    MetricDescriptor{"sallyport_remembered_sessions",
                     Gauge,
                     {},
                     "Sessions of DIGEST-MD5 that clients may go on from"},
    MetricDescriptor{
        "sallyport_resume_tokens_sealed_total", Counter, {}, "Resume tokens handed out"},
    MetricDescriptor{"sallyport_resume_tokens_opened_total", Counter, {}, "Resume tokens accepted"},
    MetricDescriptor{"sallyport_resume_tokens_refused_total",
                     Counter,
                     {},
                     "Resume tokens refused, and handshakes that were continued elsewhere"},
    MetricDescriptor{
        "sallyport_audit_queued", Gauge, {}, "Audit events that wait to be written, or may come"},
    MetricDescriptor{"sallyport_audit_written_total", Counter, {}, "Audit events written"},
    MetricDescriptor{"sallyport_audit_lost_total", Counter, {}, "Audit events lost"},
    MetricDescriptor{"sallyport_audit_refused_total",
                     Counter,
                     {},
                     "Logins and changes refused, as the audit log took no more"},
    MetricDescriptor{
        "sallyport_audit_failing", Gauge, {}, "Whether the audit log cannot be written now"},
    MetricDescriptor{"sallyport_policy_info",
                     Gauge,
                     {"version", "hash"},
                     "1 for the policy that is active: its own version, and the SHA-256 of its "
                     "file"},
    MetricDescriptor{"sallyport_policy_loaded_timestamp_seconds",
                     Gauge,
                     {},
                     "When the active policy was loaded"},
    MetricDescriptor{"sallyport_policy_refused",
                     Gauge,
                     {},
                     "1 while the policy's file, as it is now, was refused and the policy before "
                     "stays active"},
    MetricDescriptor{"sallyport_policy_reloads_total",
                     Counter,
                     {"outcome"},
                     "Changes of the policy's file since the start"},
    MetricDescriptor{"sallyport_certificate_expiry_timestamp_seconds",
                     Gauge,
                     {"use"},
                     "When the certificate in the file expires; 0 where there is none that can be "
                     "read"},
    MetricDescriptor{"sallyport_build_info",
                     Gauge,
                     {"version", "compiler", "grpc", "openssl"},
                     "1, for what runs"},
    MetricDescriptor{
        "process_cpu_seconds_total", Counter, {}, "User and system CPU time spent, in seconds"},
    MetricDescriptor{"process_resident_memory_bytes", Gauge, {}, "Resident memory size, in bytes"},
    MetricDescriptor{"process_virtual_memory_bytes", Gauge, {}, "Virtual memory size, in bytes"},
    MetricDescriptor{"process_open_fds", Gauge, {}, "Open file descriptors"},
    MetricDescriptor{"process_max_fds", Gauge, {}, "The most that may be open"},
    MetricDescriptor{"process_threads", Gauge, {}, "Threads of the process"},
    MetricDescriptor{"process_start_time_seconds", Gauge, {}, "When the process started"},
    MetricDescriptor{
        "exposer_transferred_bytes_total", Counter, {}, "Bytes of metrics sent, of prometheus-cpp"},
    MetricDescriptor{"exposer_scrapes_total", Counter, {}, "Scrapes served, of prometheus-cpp"},
    MetricDescriptor{"exposer_request_latencies",
                     Summary,
                     {},
                     "Time that scrapes took, in microseconds, of prometheus-cpp"},
};
static_assert(kTable.size() == kMetrics + 3);

std::string_view TypeName(prometheus::MetricType type) {
  switch (type) {
    case Counter:
      return "counter";
    case Gauge:
      return "gauge";
    case Histogram:
      return "histogram";
    case Summary:
      return "summary";
    default:
      return "untyped";
  }
}

}  // namespace

std::span<const MetricDescriptor> MetricTable() { return kTable; }

const MetricDescriptor& Describe(Metric metric) { return kTable[static_cast<size_t>(metric)]; }

std::string DocumentedRow(const MetricDescriptor& metric) {
  std::string labels;
  for (const std::string_view label : metric.labels) {
    if (!label.empty())
      absl::StrAppend(&labels, labels.empty() ? "`" : ", `", std::string(label), "`");
  }
  return absl::StrCat("| `", std::string(metric.name), "` | ", std::string(TypeName(metric.type)),
                      " | ", labels, " | ", std::string(metric.help), " |");
}

}  // namespace sallyport::server
