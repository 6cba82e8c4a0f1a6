#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_

// admin.proto over a UserDirectory. Calls block on gRPC's threads for it, never
// on those of logins. Names and passwords are prepared for storage (RFC 4013);
// passwords are wiped from the requests; changes are logged. Thread-safe.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/new_credential.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

// Limits of what is taken, in bytes as prepared.
inline constexpr size_t kMaxUserNameSize = 255;
inline constexpr size_t kMaxPasswordSize = 1024;
inline constexpr size_t kMaxGroupSize = 255;
inline constexpr int kMaxGroups = 64;
inline constexpr int kMaxSchemes = 8;

class AdminService final : public v1::Admin::Service {
 public:
  // AdminService stores passwords in `schemes` unless a request names others.
  // `directory` must outlive it.
  AdminService(UserDirectory& directory, std::vector<std::string> schemes, CredentialCosts costs)
      : directory_(directory), schemes_(std::move(schemes)), costs_(costs) {}

  grpc::Status AddUser(grpc::ServerContext*, const v1::AddUserRequest* request,
                       v1::User* response) override;
  grpc::Status SetPassword(grpc::ServerContext*, const v1::SetPasswordRequest* request,
                           v1::User* response) override;
  grpc::Status SetUserState(grpc::ServerContext*, const v1::SetUserStateRequest* request,
                            v1::User* response) override;
  grpc::Status DeleteUser(grpc::ServerContext*, const v1::DeleteUserRequest* request,
                          v1::DeleteUserResponse*) override;
  grpc::Status GetUser(grpc::ServerContext*, const v1::GetUserRequest* request,
                       v1::User* response) override;
  grpc::Status ListUsers(grpc::ServerContext*, const v1::ListUsersRequest* request,
                         v1::ListUsersResponse* response) override;

 private:
  using Schemes = google::protobuf::RepeatedPtrField<std::string>;

  absl::StatusOr<UserRecord> Add(const v1::AddUserRequest& request);
  absl::StatusOr<UserRecord> Replace(const v1::SetPasswordRequest& request);
  absl::StatusOr<std::vector<Credential>> NewCredentials(const std::string& password,
                                                         const Schemes& schemes) const;

  UserDirectory& directory_;
  const std::vector<std::string> schemes_;
  const CredentialCosts costs_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
