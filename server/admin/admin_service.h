#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_

// admin.proto on one address: who calls is judged, each change is recorded in the audit
// log, and the calls are handed on by subject. They block on gRPC's threads for it, never
// on those of logins. Passwords and credentials are wiped from the requests. Thread-safe.

#include <utility>

#include "absl/synchronization/mutex.h"
#include "process/log_pace.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "server/admin/admin_access.h"
#include "server/admin/derivation_slots.h"
#include "server/admin/live_calls.h"
#include "server/admin/user_calls.h"
#include "server/audit/audit_log.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

// AdminHost is what the calls are about, on whichever address; it outlives the services.
struct AdminHost {
  PolicySource& policies;
  AuditLog& audit;
  DerivationSlots derivations;
  LiveCalls calls;
};

class AdminService final : public v1::Admin::Service {
 public:
  AdminService(AdminHost& host, AdminAccess access)
      : host_(host), access_(std::move(access)), users_(host.derivations) {}

  grpc::Status AddUser(grpc::ServerContext* context, const v1::AddUserRequest* request,
                       v1::User* response) override;
  grpc::Status SetPassword(grpc::ServerContext* context, const v1::SetPasswordRequest* request,
                           v1::User* response) override;
  grpc::Status SetUserState(grpc::ServerContext* context, const v1::SetUserStateRequest* request,
                            v1::User* response) override;
  grpc::Status UpdateUser(grpc::ServerContext* context, const v1::UpdateUserRequest* request,
                          v1::User* response) override;
  grpc::Status DeleteUser(grpc::ServerContext* context, const v1::DeleteUserRequest* request,
                          v1::DeleteUserResponse*) override;
  grpc::Status GetUser(grpc::ServerContext* context, const v1::GetUserRequest* request,
                       v1::User* response) override;
  grpc::Status ListUsers(grpc::ServerContext* context, const v1::ListUsersRequest* request,
                         v1::ListUsersResponse* response) override;
  grpc::Status ImportUser(grpc::ServerContext* context, const v1::ImportUserRequest* request,
                          v1::ImportUserResponse* response) override;
  grpc::Status GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest*,
                         v1::PolicyStatus* response) override;
  grpc::Status ReloadPolicy(grpc::ServerContext* context, const v1::ReloadPolicyRequest* request,
                            v1::PolicyStatus* response) override;
  grpc::Status ListStores(grpc::ServerContext* context, const v1::ListStoresRequest*,
                          v1::ListStoresResponse* response) override;
  grpc::Status PingStore(grpc::ServerContext* context, const v1::PingStoreRequest* request,
                         v1::PingStoreResponse* response) override;
  grpc::Status LookUpUser(grpc::ServerContext* context, const v1::LookUpUserRequest* request,
                          v1::LookUpUserResponse* response) override;

 private:
  // Read calls work(call) for a caller who may.
  template <typename Work>
  grpc::Status Read(const grpc::ServerContext& context, Work work);
  // Change calls work(call, record) for a caller who may, when there is a place in the
  // audit log for what comes of it.
  template <typename Request, typename Work>
  grpc::Status Change(const grpc::ServerContext& context, audit::AuditAction action,
                      const Request& request, Work work);

  AdminHost& host_;
  const AdminAccess access_;
  const UserCalls users_;
  process::LogPace denials_{absl::Seconds(1)};
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
