#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_

// The operator's gRPC server, on a Unix socket (mode 0600 in a directory of mode
// 0700) that only its owner can open. Being able to open it is the permission
// for every call. Health checking and reflection are the process's to turn on
// before it starts.

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/new_credential.h"
#include "server/admin/admin_service.h"
#include "server/admin/writable_stores.h"

namespace sallyport::server {

struct AdminServerOptions {
  std::string socket_path;
  // What a new password is stored as, unless a request says otherwise.
  std::vector<std::string> schemes = {"SCRAM-SHA-256", "SCRAM-SHA-512"};
  CredentialCosts costs;
};

class AdminServer {
 public:
  // Start serves when it returns; calls use `find_store`, as AdminService does. It fails
  // with InvalidArgument (the path is too long), FailedPrecondition (the
  // directory is open to others, the path is taken by something else) or
  // Unavailable (another server listens there, or the system refuses).
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(AdminServerOptions options,
                                                            FindStore find_store);

  // ~AdminServer lets calls that are under way finish for a moment, cancels the
  // rest, and lets gRPC remove the socket.
  ~AdminServer();

  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

 private:
  AdminServer(AdminServerOptions options, FindStore find_store);

  const std::string socket_path_;
  AdminService service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_SERVER_H_
