#ifndef SALLYPORT_CTL_ADMIN_CLIENT_H_
#define SALLYPORT_CTL_ADMIN_CLIENT_H_

// The Admin service of one sallyportd, over its Unix socket. Calls block, for 30
// seconds at most. One thread at a time.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sallyport/v1/admin.grpc.pb.h"

namespace sallyport::ctl {

// DefaultAdminSocket is where a sallyportd without a configuration serves, for
// the user that runs this program.
std::string DefaultAdminSocket();

class AdminClient {
 public:
  // Connect fails with InvalidArgument where `socket_path` cannot be a socket's.
  // Whether a server is there is found out by the first call.
  static absl::StatusOr<AdminClient> Connect(const std::string& socket_path);

  // Each call returns what the service answers, or its status with a message
  // for a person; Unavailable where nobody serves on the socket.
  absl::StatusOr<v1::User> AddUser(const v1::AddUserRequest& request);
  absl::StatusOr<v1::User> SetPassword(const v1::SetPasswordRequest& request);
  absl::StatusOr<v1::User> SetUserState(const v1::SetUserStateRequest& request);
  absl::StatusOr<v1::User> UpdateUser(const v1::UpdateUserRequest& request);
  absl::StatusOr<v1::User> GetUser(const v1::GetUserRequest& request);
  absl::Status DeleteUser(const v1::DeleteUserRequest& request);

  // ListUsers fetches every page.
  absl::StatusOr<std::vector<v1::User>> ListUsers(const std::string& store,
                                                  const std::string& tenant);

 private:
  AdminClient(std::string socket_path, std::unique_ptr<v1::Admin::Stub> stub);

  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response);
  template <typename Method, typename Request>
  absl::StatusOr<v1::User> CallForUser(Method method, const Request& request);

  std::string socket_path_;
  std::unique_ptr<v1::Admin::Stub> stub_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_ADMIN_CLIENT_H_
