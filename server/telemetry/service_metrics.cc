#include "server/telemetry/service_metrics.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "core/amqp/sasl_code.h"
#include "core/sasl/failure_reason.h"
#include "server/telemetry/certificate_expiry.h"
#include "server/telemetry/process_metrics.h"
#include "server/telemetry/store_metrics.h"

namespace sallyport::server {
namespace {

std::string_view OutcomeName(std::optional<FailureReason> reason) {
  if (!reason) return "ok";
  return amqp::SaslCodeName(CodeFor(*reason));
}

double Seconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

template <typename Number>
void AddNumber(MetricFamilies& families, Metric metric, Number number) {
  families.Add(metric, static_cast<double>(number));
}

}  // namespace

std::vector<prometheus::MetricFamily> ServiceMetrics::Collect() const {
  MetricFamilies families;
  {
    const std::shared_ptr<const ActivePolicy> active = sources_.host.policies.Current();
    CollectPolicy(*active, families);
    CollectStores(*active, sources_.store_health, families);
  }
  ForgetTenants();
  CollectLogins(families);
  CollectBrokers(families);
  CollectDerivations(families);
  CollectResume(families);
  CollectAudit(families);
  CollectCertificates(families);
  CollectProcess(families);
  CollectBuild(families);
  return std::move(families).Take();
}

void ServiceMetrics::ForgetTenants() const {
  const uint64_t serial = sources_.host.policies.serial();
  if (serial_.exchange(serial) == serial) return;
  sources_.host.metrics.KeepOnly([this] {
    absl::flat_hash_set<std::string> names;
    const std::shared_ptr<const ActivePolicy> active = sources_.host.policies.Current();
    for (const policy::TenantPolicy& tenant : active->policy->tenants()) {
      names.insert(tenant.name());
    }
    return names;
  });
}

void ServiceMetrics::CollectLogins(MetricFamilies& families) const {
  const HandshakeHost& host = sources_.host;
  host.metrics.ForEach([&](const std::string& tenant, const LoginCounts& counts) {
    counts.ForEach([&](const MechanismDescriptor* mechanism, std::optional<FailureReason> reason,
                       uint64_t logins) {
      families.Add(Metric::kLogins,
                   {tenant, mechanism == nullptr ? "" : mechanism->name, OutcomeName(reason),
                    reason ? ReasonName(*reason) : ""},
                   static_cast<double>(logins));
    });
  });
  const auto add_stage = [&](std::string_view stage, const LatencyHistogram& times) {
    families.AddHistogram(Metric::kLoginStageSeconds, {stage}, times.Read());
  };
  add_stage("decode", host.metrics.stage(LoginStage::kDecode));
  add_stage("policy", host.metrics.stage(LoginStage::kPolicy));
  add_stage("store", host.metrics.stage(LoginStage::kStore));
  add_stage("queue", host.derivations.queue_times());
  add_stage("derivation", host.derivations.run_times());
  add_stage("whole", host.metrics.whole());
  AddNumber(families, Metric::kHandshakes, host.live_handshakes.load());
  AddNumber(families, Metric::kDroppedInputs, host.dropped_inputs.load());
  const auto add_streams = [&](std::string_view kind, const StreamRegistry& streams) {
    families.Add(Metric::kStreams, {kind}, static_cast<double>(streams.size()));
  };
  add_streams("handshake", sources_.handshake_streams);
  add_streams("exchange", sources_.exchanges);
  add_streams("text", sources_.text_connections);
  AddNumber(families, Metric::kRememberedSessions, sources_.host.sessions.size());
}

void ServiceMetrics::CollectBrokers(MetricFamilies& families) const {
  for (const BrokerUsageReport& use : sources_.host.policies.BrokerUse()) {
    families.Add(Metric::kBrokerStreams, {use.broker}, static_cast<double>(use.streams));
    families.Add(Metric::kBrokerHandshakes, {use.broker}, static_cast<double>(use.handshakes));
    const auto add_refused = [&](std::string_view quota, uint64_t refused) {
      families.Add(Metric::kBrokerRefused, {use.broker, quota}, static_cast<double>(refused));
    };
    add_refused("max_streams", use.refused_streams);
    add_refused("max_handshakes", use.refused_handshakes);
    add_refused("handshakes_per_second", use.refused_by_rate);
  }
}

void ServiceMetrics::CollectDerivations(MetricFamilies& families) const {
  const DerivationPool::Stats pool = sources_.host.derivations.stats();
  AddNumber(families, Metric::kDerivationsQueued, pool.queued);
  AddNumber(families, Metric::kDerivationQueueLimit, pool.max_queued);
  AddNumber(families, Metric::kDerivationsRunning, pool.running);
  AddNumber(families, Metric::kDerivationThreads, pool.threads);
  AddNumber(families, Metric::kDerivationsShed, pool.shed);
  const VerificationCache::Stats cache = sources_.host.derivations.cache_stats();
  AddNumber(families, Metric::kVerifiedPasswords, cache.entries);
  families.Add(Metric::kVerifiedPasswordChecks, {"hit"}, static_cast<double>(cache.hits));
  families.Add(Metric::kVerifiedPasswordChecks, {"miss"}, static_cast<double>(cache.misses));
}

void ServiceMetrics::CollectResume(MetricFamilies& families) const {
  const ResumeTokens::Stats tokens = sources_.host.resume.stats();
  AddNumber(families, Metric::kResumeTokensSealed, tokens.sealed);
  AddNumber(families, Metric::kResumeTokensOpened, tokens.opened);
  AddNumber(families, Metric::kResumeTokensRefused, tokens.refused);
}

void ServiceMetrics::CollectAudit(MetricFamilies& families) const {
  const AuditLog::Stats audit = sources_.host.audit.stats();
  AddNumber(families, Metric::kAuditQueued, audit.queued);
  AddNumber(families, Metric::kAuditWritten, audit.written);
  AddNumber(families, Metric::kAuditLost, audit.dropped);
  AddNumber(families, Metric::kAuditRefused, audit.refused);
  AddNumber(families, Metric::kAuditFailing, audit.failing ? 1 : 0);
}

void ServiceMetrics::CollectPolicy(const ActivePolicy& active, MetricFamilies& families) const {
  families.Add(Metric::kPolicyInfo, {active.policy->version(), active.policy->hash()}, 1);
  families.Add(Metric::kPolicyLoadedTimestamp, Seconds(active.loaded_at));
  families.Add(Metric::kPolicyRefused, sources_.host.policies.Failure().ok() ? 0 : 1);
  const PolicyReloads& reloads = sources_.reloads;
  families.Add(Metric::kPolicyReloads, {"loaded"}, static_cast<double>(reloads.loaded.load()));
  families.Add(Metric::kPolicyReloads, {"refused"}, static_cast<double>(reloads.refused.load()));
}

void ServiceMetrics::CollectCertificates(MetricFamilies& families) const {
  for (const CertificateFile& file : sources_.certificates) {
    const auto expires_at = CertificateExpiry(file.path, file.authorities);
    // Long ago, so that whoever watches for expiry hears of it.
    families.Add(Metric::kCertificateExpiry, {file.use},
                 expires_at.ok() ? Seconds(*expires_at) : 0);
  }
}

}  // namespace sallyport::server
