#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_

// admin.proto over the stores that can be written. Calls block on gRPC's threads for
// it, never on those of logins. Names and passwords are prepared for storage (RFC
// 4013); passwords are wiped from the requests; changes are logged. Thread-safe.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/new_credential.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "server/admin/writable_stores.h"
#include "server/stores/credential_store.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

inline constexpr int kMaxSchemes = 8;

class AdminService final : public v1::Admin::Service {
 public:
  // AdminService stores passwords in `schemes` unless a request names others. It
  // calls `find_store` on many threads, for each request anew.
  AdminService(FindStore find_store, std::vector<std::string> schemes, CredentialCosts costs)
      : find_store_(std::move(find_store)), schemes_(std::move(schemes)), costs_(costs) {}

  grpc::Status AddUser(grpc::ServerContext*, const v1::AddUserRequest* request,
                       v1::User* response) override;
  grpc::Status SetPassword(grpc::ServerContext*, const v1::SetPasswordRequest* request,
                           v1::User* response) override;
  grpc::Status SetUserState(grpc::ServerContext*, const v1::SetUserStateRequest* request,
                            v1::User* response) override;
  grpc::Status UpdateUser(grpc::ServerContext*, const v1::UpdateUserRequest* request,
                          v1::User* response) override;
  grpc::Status DeleteUser(grpc::ServerContext*, const v1::DeleteUserRequest* request,
                          v1::DeleteUserResponse*) override;
  grpc::Status GetUser(grpc::ServerContext*, const v1::GetUserRequest* request,
                       v1::User* response) override;
  grpc::Status ListUsers(grpc::ServerContext*, const v1::ListUsersRequest* request,
                         v1::ListUsersResponse* response) override;

 private:
  using Schemes = google::protobuf::RepeatedPtrField<std::string>;

  // Place is where a request's users are.
  struct Place {
    std::shared_ptr<CredentialStore> store;
    std::string tenant;

    UserDirectory& directory() const { return *store->directory(); }
  };
  // Subject is the user whom a request is about.
  struct Subject {
    Place place;
    UserKey key;
  };

  template <typename Request>
  absl::StatusOr<Place> FindPlace(const Request& request) const;
  template <typename Request>
  absl::StatusOr<Subject> FindSubject(const Request& request) const;
  absl::StatusOr<std::vector<Credential>> MakeCredentials(const std::string& password,
                                                          const Schemes& schemes) const;

  absl::StatusOr<v1::User> Add(const v1::AddUserRequest& request);
  absl::StatusOr<v1::User> Replace(const v1::SetPasswordRequest& request);
  absl::StatusOr<v1::User> SetState(const v1::SetUserStateRequest& request);
  absl::StatusOr<v1::User> Update(const v1::UpdateUserRequest& request);
  absl::Status Delete(const v1::DeleteUserRequest& request);
  absl::StatusOr<v1::User> Get(const v1::GetUserRequest& request);
  absl::Status List(const v1::ListUsersRequest& request, v1::ListUsersResponse* response);

  const FindStore find_store_;
  const std::vector<std::string> schemes_;
  const CredentialCosts costs_;
  // So that changes of single attributes do not undo one another.
  absl::Mutex update_mutex_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_SERVICE_H_
