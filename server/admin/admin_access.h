#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_ACCESS_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_ACCESS_H_

// Who may make an operator's calls. Immutable; thread-safe.

#include <grpcpp/server_context.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/identity_index.h"

namespace sallyport::server {

// AdminCaller is who makes a call.
struct AdminCaller {
  // As the audit log names it: "admin socket", "certificate spiffe://example/admin/ada".
  std::string actor;
  bool allowed = false;
};

class AdminAccess {
 public:
  // OfSocket lets everybody in: being able to open the socket is the permission.
  static AdminAccess OfSocket() { return AdminAccess(std::nullopt); }

  // OfCertificates lets those in whose certificates `allow` names, as
  // policy::IdentityIndex does. InvalidArgument where that is nobody, or no name.
  static absl::StatusOr<AdminAccess> OfCertificates(const std::vector<std::string>& allow);

  AdminCaller CallerOf(const grpc::ServerContextBase& context) const;

 private:
  explicit AdminAccess(std::optional<policy::IdentityIndex> allow) : allow_(std::move(allow)) {}

  std::optional<policy::IdentityIndex> allow_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_ACCESS_H_
