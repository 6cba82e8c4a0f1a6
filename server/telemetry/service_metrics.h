#ifndef SALLYPORT_SERVER_TELEMETRY_SERVICE_METRICS_H_
#define SALLYPORT_SERVER_TELEMETRY_SERVICE_METRICS_H_

// Everything that sallyportd shows of itself. Values are read when they are asked for,
// from what the service keeps anyway; only logins are counted on their way. Thread-safe.

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/login/handshake_host.h"
#include "server/login/stream_registry.h"
#include "server/telemetry/metric_families.h"
#include "server/telemetry/store_health.h"

namespace sallyport::server {

// PolicyReloads counts the changes of the policy's file.
struct PolicyReloads {
  std::atomic<uint64_t> loaded = 0;
  std::atomic<uint64_t> refused = 0;
};

class ServiceMetrics final : public prometheus::Collectable {
 public:
  // CertificateFile is a file of PEM certificates that the service uses.
  struct CertificateFile {
    // Static: docs/metrics.md lists them.
    std::string_view use;
    std::string path;
    // Whether it has authorities, of which each counts.
    bool authorities = false;
  };

  // Sources must outlive the metrics.
  struct Sources {
    HandshakeHost& host;
    const StreamRegistry& handshake_streams;
    const StreamRegistry& exchanges;
    const StreamRegistry& text_connections;
    const StoreHealth& store_health;
    const PolicyReloads& reloads;
    std::vector<CertificateFile> certificates;
  };

  explicit ServiceMetrics(Sources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void CollectLogins(MetricFamilies& families) const;
  void CollectBrokers(MetricFamilies& families) const;
  void CollectDerivations(MetricFamilies& families) const;
  void CollectResume(MetricFamilies& families) const;
  void CollectAudit(MetricFamilies& families) const;
  void CollectPolicy(const ActivePolicy& active, MetricFamilies& families) const;
  void CollectCertificates(MetricFamilies& families) const;
  // Forgets the tenants of policies from before, once for each policy.
  void ForgetTenants() const;

  const Sources sources_;
  // Of the policy whose tenants are kept.
  mutable std::atomic<uint64_t> serial_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_SERVICE_METRICS_H_
