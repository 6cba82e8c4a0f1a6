#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_

// The operator's gRPC servers: one on a Unix socket (mode 0600 in a directory of mode
// 0700) that only its owner can open, which is the permission for every call; and, where
// that is configured, one on an address of its own, over TLS, for those whose
// certificates are on a list. Health checking and reflection are the process's to turn on
// before it starts; at the address they answer whoever has a certificate of the
// configured authority's.

#include <grpcpp/server.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/admin/admin_service.h"
#include "server/audit/audit_log.h"
#include "server/config/server_config.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

struct AdminServerOptions {
  std::string socket_path;
  std::optional<AdminAddress> address;
};

class AdminServer {
 public:
  // Start serves when it returns. `policies` and `audit` must outlive the server. It fails
  // with InvalidArgument (the socket's path is too long; the address lets nobody in, or
  // would not verify certificates, or its files cannot be used), FailedPrecondition (the
  // directory is open to others, the path is taken by something else) or Unavailable
  // (another server listens there, or the system refuses).
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const AdminServerOptions& options,
                                                            PolicySource& policies,
                                                            AuditLog& audit);

  // ~AdminServer lets calls that are under way finish for a moment, cancels the rest, also
  // where they wait for a store's server, and lets gRPC remove the socket. No store of the
  // active policy is written after it.
  ~AdminServer();

  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // address is where the service is reached from other machines, with the port that was
  // taken; empty: nowhere.
  const std::string& address() const { return address_; }

  // health is that of each server; it lives as long as this one.
  std::vector<grpc::HealthCheckServiceInterface*> health() const;

 private:
  AdminServer(PolicySource& policies, AuditLog& audit);

  absl::Status ServeSocket(const std::string& path);
  absl::Status ServeAddress(const AdminAddress& address);

  AdminHost host_;
  std::string address_;
  std::unique_ptr<AdminService> socket_service_;
  std::unique_ptr<AdminService> address_service_;
  std::vector<std::unique_ptr<grpc::Server>> servers_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_
