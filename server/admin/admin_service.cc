#include "server/admin/admin_service.h"

#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "process/log.h"
#include "server/admin/admin_call.h"
#include "server/admin/audited_change.h"
#include "server/admin/import_user.h"
#include "server/admin/policy_calls.h"
#include "server/admin/set_password.h"
#include "server/admin/store_calls.h"
#include "server/rpc/grpc_status.h"

namespace sallyport::server {
namespace {

// gRPC hands requests out as const, but keeps them, secrets included, until the call is over.
template <typename Request>
void WipePassword(const Request* request) {
  Wipe(const_cast<Request*>(request)->mutable_password());
}

void WipeCredentials(const v1::ImportUserRequest* request) {
  auto* credentials = const_cast<v1::ImportUserRequest*>(request)->mutable_credentials();
  for (std::string& credential : *credentials) Wipe(&credential);
}

// Logs so, but not each time: whoever may not call can do so at will.
absl::Status Denied(const AdminCaller& caller, process::LogPace& pace) {
  if (const auto more = pace.Next()) {
    process::Log(process::LogLevel::kWarning, "admin call refused",
                 {{"by", caller.actor}, {"not_logged_before", *more}});
  }
  return absl::PermissionDeniedError(
      absl::StrCat(caller.actor, " is not on the list of those who may call; see 'admin.allow'"));
}

absl::Status Stopping() {
  return absl::UnavailableError("nothing was changed: sallyportd is stopping");
}

// What the request says of whom it is about, until more is known.
template <typename Request>
void Describe(const Request& request, audit::ChangeRecord* record) {
  if constexpr (requires { request.name(); }) {
    record->store = request.store();
    record->tenant = request.tenant();
    record->user = request.name();
  }
}

}  // namespace

template <typename Work>
grpc::Status AdminService::Read(const grpc::ServerContext& context, Work work) {
  const AdminCaller caller = access_.CallerOf(context);
  if (!caller.allowed) return ToGrpcStatus(Denied(caller, denials_));
  const AdminCall call{context, caller.actor, host_.policies.Current()};
  const LiveCalls::Call live = host_.calls.Begin(call.active);
  return ToGrpcStatus(live == nullptr ? Stopping() : work(call));
}

template <typename Request, typename Work>
grpc::Status AdminService::Change(const grpc::ServerContext& context, audit::AuditAction action,
                                  const Request& request, Work work) {
  const AdminCaller caller = access_.CallerOf(context);
  const AdminCall call{context, caller.actor, host_.policies.Current()};
  const LiveCalls::Call live = host_.calls.Begin(call.active);
  if (live == nullptr) return ToGrpcStatus(Stopping());
  auto change = AuditedChange::Begin(host_.audit, call, action, caller.allowed);
  absl::Status status = caller.allowed ? change.status() : Denied(caller, denials_);
  if (!change.ok()) return ToGrpcStatus(status);
  Describe(request, &change->record());
  if (caller.allowed) {
    status = work(call, &change->record());
    (*std::move(change)).End(status);
  } else {
    (*std::move(change)).Deny(status);
  }
  return ToGrpcStatus(status);
}

grpc::Status AdminService::AddUser(grpc::ServerContext* context, const v1::AddUserRequest* request,
                                   v1::User* response) {
  absl::Cleanup wipe = [request] { WipePassword(request); };
  return Change(*context, audit::AuditAction::kUserAdded, *request,
                [&](const AdminCall& call, audit::ChangeRecord* record) {
                  return users_.Add(call, *request, record, response);
                });
}

grpc::Status AdminService::SetPassword(grpc::ServerContext* context,
                                       const v1::SetPasswordRequest* request, v1::User* response) {
  absl::Cleanup wipe = [request] { WipePassword(request); };
  return Change(*context, audit::AuditAction::kPasswordSet, *request,
                [&](const AdminCall& call, audit::ChangeRecord* record) {
                  return server::SetPassword(call, *request, host_.derivations, record, response);
                });
}

grpc::Status AdminService::SetUserState(grpc::ServerContext* context,
                                        const v1::SetUserStateRequest* request,
                                        v1::User* response) {
  return Change(
      *context,
      request->disabled() ? audit::AuditAction::kUserDisabled : audit::AuditAction::kUserEnabled,
      *request, [&](const AdminCall& call, audit::ChangeRecord* record) {
        return users_.SetState(call, *request, record, response);
      });
}

grpc::Status AdminService::UpdateUser(grpc::ServerContext* context,
                                      const v1::UpdateUserRequest* request, v1::User* response) {
  return Change(*context, audit::AuditAction::kUserChanged, *request,
                [&](const AdminCall& call, audit::ChangeRecord* record) {
                  return users_.Update(call, *request, record, response);
                });
}

grpc::Status AdminService::DeleteUser(grpc::ServerContext* context,
                                      const v1::DeleteUserRequest* request,
                                      v1::DeleteUserResponse*) {
  return Change(*context, audit::AuditAction::kUserDeleted, *request,
                [&](const AdminCall& call, audit::ChangeRecord* record) {
                  return users_.Delete(call, *request, record);
                });
}

grpc::Status AdminService::GetUser(grpc::ServerContext* context, const v1::GetUserRequest* request,
                                   v1::User* response) {
  return Read(*context,
              [&](const AdminCall& call) { return users_.Get(call, *request, response); });
}

grpc::Status AdminService::ListUsers(grpc::ServerContext* context,
                                     const v1::ListUsersRequest* request,
                                     v1::ListUsersResponse* response) {
  return Read(*context,
              [&](const AdminCall& call) { return users_.List(call, *request, response); });
}

grpc::Status AdminService::ImportUser(grpc::ServerContext* context,
                                      const v1::ImportUserRequest* request,
                                      v1::ImportUserResponse* response) {
  absl::Cleanup wipe = [request] { WipeCredentials(request); };
  return Change(*context, audit::AuditAction::kUserImported, *request,
                [&](const AdminCall& call, audit::ChangeRecord* record) {
                  return server::ImportUser(call, *request, record, response);
                });
}

grpc::Status AdminService::GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest*,
                                     v1::PolicyStatus* response) {
  return Read(*context, [&](const AdminCall&) {
    *response = GetPolicyStatus(host_.policies);
    return absl::OkStatus();
  });
}

grpc::Status AdminService::ReloadPolicy(grpc::ServerContext* context,
                                        const v1::ReloadPolicyRequest* request,
                                        v1::PolicyStatus* response) {
  return Change(*context, audit::AuditAction::kPolicyLoaded, *request,
                [&](const AdminCall&, audit::ChangeRecord* record) {
                  return server::ReloadPolicy(host_.policies, record, response);
                });
}

grpc::Status AdminService::ListStores(grpc::ServerContext* context, const v1::ListStoresRequest*,
                                      v1::ListStoresResponse* response) {
  return Read(*context, [&](const AdminCall& call) {
    *response = server::ListStores(call);
    return absl::OkStatus();
  });
}

grpc::Status AdminService::PingStore(grpc::ServerContext* context,
                                     const v1::PingStoreRequest* request,
                                     v1::PingStoreResponse* response) {
  return Read(*context,
              [&](const AdminCall& call) { return server::PingStore(call, *request, response); });
}

grpc::Status AdminService::LookUpUser(grpc::ServerContext* context,
                                      const v1::LookUpUserRequest* request,
                                      v1::LookUpUserResponse* response) {
  return Read(*context,
              [&](const AdminCall& call) { return server::LookUpUser(call, *request, response); });
}

}  // namespace sallyport::server
