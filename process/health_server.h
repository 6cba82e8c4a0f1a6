#ifndef SALLYPORT_PROCESS_HEALTH_SERVER_H_
#define SALLYPORT_PROCESS_HEALTH_SERVER_H_

// Answers probes that can neither encrypt nor show a certificate, as Kubernetes' kubelet:
// grpc.health.v1, unencrypted, on an address of its own.
//
//   ""               serves from the start to the end of the program, also while it drains
//   sallyport.ready  serves while the program can be sent work
//
// Whoever reaches the address learns that, and what else the program says by `health`.
// Thread-safe.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sallyport::process {

inline constexpr char kReadyHealthName[] = "sallyport.ready";

class HealthServer {
 public:
  // Start serves at "host:port" when it returns, and is not ready; port 0 takes any.
  // Unavailable where it cannot listen there. It turns gRPC's own health checking on for
  // every gRPC server that the process makes afterwards.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const std::string& address);

  // ~HealthServer answers nobody any more, and waits for no probe.
  ~HealthServer();

  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  // address is the configured one, with the port that was taken.
  const std::string& address() const { return address_; }

  void SetReady(bool ready);

  // health takes further entries. It lives as long as this one.
  grpc::HealthCheckServiceInterface* health() const { return server_->GetHealthCheckService(); }

 private:
  HealthServer() = default;

  // Knows no method. A server without a service of its own has no thread that reads.
  grpc::CallbackGenericService nothing_else_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_HEALTH_SERVER_H_
