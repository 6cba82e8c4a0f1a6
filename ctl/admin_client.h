#ifndef SALLYPORT_CTL_ADMIN_CLIENT_H_
#define SALLYPORT_CTL_ADMIN_CLIENT_H_

// The Admin service of one sallyportd, over its Unix socket or over mutual TLS. Calls
// block, for 30 seconds at most. One thread at a time.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sallyport/v1/admin.grpc.pb.h"

namespace sallyport::ctl {

// AdminTls are the PEM files of mutual TLS.
struct AdminTls {
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

class AdminClient {
 public:
  // Connect fails with InvalidArgument where `socket_path` cannot be a socket's.
  // Whether a server is there is found out by the first call.
  static absl::StatusOr<AdminClient> Connect(const std::string& socket_path);

  // ConnectTo is for a server at `address`, as host:port. It fails as process::ReadFile
  // does.
  static absl::StatusOr<AdminClient> ConnectTo(const std::string& address, const AdminTls& tls);

  // Each call returns what the service answers, or its status with a message
  // for a person; Unavailable where nobody serves there.
  absl::StatusOr<v1::User> AddUser(const v1::AddUserRequest& request);
  absl::StatusOr<v1::User> SetPassword(const v1::SetPasswordRequest& request);
  absl::StatusOr<v1::User> SetUserState(const v1::SetUserStateRequest& request);
  absl::StatusOr<v1::User> UpdateUser(const v1::UpdateUserRequest& request);
  absl::StatusOr<v1::User> GetUser(const v1::GetUserRequest& request);
  absl::Status DeleteUser(const v1::DeleteUserRequest& request);

  absl::StatusOr<v1::ImportUserResponse> ImportUser(const v1::ImportUserRequest& request);
  absl::StatusOr<v1::PolicyStatus> GetPolicy();
  absl::StatusOr<v1::PolicyStatus> ReloadPolicy();
  absl::StatusOr<v1::ListStoresResponse> ListStores();
  absl::StatusOr<v1::PingStoreResponse> PingStore(const std::string& name);

  // LookUpUser is Unavailable also where it is the store that cannot be asked.
  absl::StatusOr<v1::LookUpUserResponse> LookUpUser(const v1::LookUpUserRequest& request);

  // ListUsers fetches every page.
  absl::StatusOr<std::vector<v1::User>> ListUsers(const std::string& store,
                                                  const std::string& tenant);

  // ForEachUser hands on each user, page by page.
  absl::Status ForEachUser(const std::string& store, const std::string& tenant,
                           const std::function<void(const v1::User&)>& each);

  // CheckWritable says what is wrong with naming `store` and `tenant`, before something
  // is done to many users.
  absl::Status CheckWritable(const std::string& store, const std::string& tenant);

 private:
  // `place` and `advice` are for the error where nobody serves there.
  AdminClient(std::string place, std::string advice, std::unique_ptr<v1::Admin::Stub> stub);

  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response);
  // Says what to do where nobody serves there.
  absl::Status Explained(const absl::Status& status) const;
  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Ask(Method method, const Request& request);

  std::string place_;
  std::string advice_;
  std::unique_ptr<v1::Admin::Stub> stub_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_ADMIN_CLIENT_H_
