#ifndef SALLYPORT_SERVER_TELEMETRY_METRICS_SERVER_H_
#define SALLYPORT_SERVER_TELEMETRY_METRICS_SERVER_H_

// Serves /metrics by HTTP, and nothing else, on threads of its own.

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sallyport::server {

// IsMetricsAddress says whether `address` is a host and a port.
bool IsMetricsAddress(std::string_view address);

class MetricsServer {
 public:
  // Start serves what `metrics` collects on `address`, "host:port"; port 0 takes any.
  // InvalidArgument where that is no address, and Unavailable where it is taken.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const std::string& address, std::shared_ptr<prometheus::Collectable> metrics);

  // Destroying the server waits for a scrape that is under way.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // address is the one that is served, with the port that was taken.
  const std::string& address() const { return address_; }

 private:
  MetricsServer(std::string address, std::shared_ptr<prometheus::Collectable> metrics,
                std::unique_ptr<prometheus::Exposer> exposer)
      : address_(std::move(address)), metrics_(std::move(metrics)), exposer_(std::move(exposer)) {}

  const std::string address_;
  // The exposer only borrows it.
  const std::shared_ptr<prometheus::Collectable> metrics_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_METRICS_SERVER_H_
