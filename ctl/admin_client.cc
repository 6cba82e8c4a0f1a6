#include "ctl/admin_client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process/unix_socket.h"

namespace sallyport::ctl {
namespace {

constexpr std::chrono::seconds kCallLimit(30);
// Small enough for a page of the largest users to fit into a gRPC message.
constexpr int kPageSize = 100;

}  // namespace

std::string DefaultAdminSocket() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return absl::StrCat(runtime != nullptr && *runtime != '\0' ? runtime : "/run",
                      "/sallyport/admin.sock");
}

absl::StatusOr<AdminClient> AdminClient::Connect(const std::string& socket_path) {
  const absl::StatusOr<std::string> target = process::UnixSocketTarget(socket_path);
  if (!target.ok()) return target.status();
  return AdminClient(socket_path, v1::Admin::NewStub(grpc::CreateChannel(
                                      *target, grpc::InsecureChannelCredentials())));
}

AdminClient::AdminClient(std::string socket_path, std::unique_ptr<v1::Admin::Stub> stub)
    : socket_path_(std::move(socket_path)), stub_(std::move(stub)) {}

template <typename Method, typename Request, typename Response>
absl::Status AdminClient::Call(Method method, const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
  const grpc::Status status = (stub_.get()->*method)(&context, request, response);
  if (status.ok()) return absl::OkStatus();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return absl::UnavailableError(
        absl::StrCat("cannot reach sallyportd at ", socket_path_,
                     ": is it running, and are you the user that runs it? Its socket can be named "
                     "with --socket (",
                     status.error_message(), ")"));
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

template <typename Method, typename Request>
absl::StatusOr<v1::User> AdminClient::CallForUser(Method method, const Request& request) {
  v1::User user;
  if (absl::Status status = Call(method, request, &user); !status.ok()) return status;
  return user;
}

absl::StatusOr<v1::User> AdminClient::AddUser(const v1::AddUserRequest& request) {
  return CallForUser(&v1::Admin::Stub::AddUser, request);
}

absl::StatusOr<v1::User> AdminClient::SetPassword(const v1::SetPasswordRequest& request) {
  return CallForUser(&v1::Admin::Stub::SetPassword, request);
}

absl::StatusOr<v1::User> AdminClient::SetUserState(const v1::SetUserStateRequest& request) {
  return CallForUser(&v1::Admin::Stub::SetUserState, request);
}

absl::StatusOr<v1::User> AdminClient::UpdateUser(const v1::UpdateUserRequest& request) {
  return CallForUser(&v1::Admin::Stub::UpdateUser, request);
}

absl::StatusOr<v1::User> AdminClient::GetUser(const v1::GetUserRequest& request) {
  return CallForUser(&v1::Admin::Stub::GetUser, request);
}

absl::Status AdminClient::DeleteUser(const v1::DeleteUserRequest& request) {
  v1::DeleteUserResponse response;
  return Call(&v1::Admin::Stub::DeleteUser, request, &response);
}

absl::StatusOr<std::vector<v1::User>> AdminClient::ListUsers(const std::string& store,
                                                             const std::string& tenant) {
  std::vector<v1::User> users;
  v1::ListUsersRequest request;
  request.set_store(store);
  request.set_tenant(tenant);
  request.set_page_size(kPageSize);
  do {
    v1::ListUsersResponse page;
    const absl::Status status = Call(&v1::Admin::Stub::ListUsers, request, &page);
    if (!status.ok()) return status;
    for (v1::User& user : *page.mutable_users()) users.push_back(std::move(user));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return users;
}

}  // namespace sallyport::ctl
