#include "ctl/admin_client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "process/admin_endpoint.h"
#include "process/file.h"
#include "process/unix_socket.h"

namespace sallyport::ctl {
namespace {

constexpr std::chrono::seconds kCallLimit(30);
// Small enough for a page of the largest users to fit into a gRPC message.
constexpr int kPageSize = 100;
// How long at most until a server that was away is tried again.
constexpr int kMaxReconnectMilliseconds = 500;
constexpr size_t kMaxPemFile = 1 << 20;

std::unique_ptr<v1::Admin::Stub> NewStub(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(process::kMaxAdminAnswer));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMaxReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMilliseconds);
  return v1::Admin::NewStub(grpc::CreateCustomChannel(target, credentials, arguments));
}

}  // namespace

absl::StatusOr<AdminClient> AdminClient::Connect(const std::string& socket_path) {
  const absl::StatusOr<std::string> target = process::UnixSocketTarget(socket_path);
  if (!target.ok()) return target.status();
  return AdminClient(socket_path,
                     "is it running, and are you the user that runs it? Its socket can be named "
                     "with --socket",
                     NewStub(*target, grpc::InsecureChannelCredentials()));
}

absl::StatusOr<AdminClient> AdminClient::ConnectTo(const std::string& address,
                                                   const AdminTls& tls) {
  grpc::SslCredentialsOptions options;
  for (const auto& [path, content] : {std::pair(&tls.ca_file, &options.pem_root_certs),
                                      std::pair(&tls.certificate_file, &options.pem_cert_chain),
                                      std::pair(&tls.key_file, &options.pem_private_key)}) {
    absl::StatusOr<std::string> read = process::ReadFile(*path, kMaxPemFile);
    if (!read.ok()) return read.status();
    *content = *std::move(read);
  }
  AdminClient client(address,
                     "does it serve Admin there, do --ca and its name fit its certificate, and is "
                     "yours on its list?",
                     NewStub(address, grpc::SslCredentials(options)));
  Wipe(&options.pem_private_key);
  return client;
}

AdminClient::AdminClient(std::string place, std::string advice,
                         std::unique_ptr<v1::Admin::Stub> stub)
    : place_(std::move(place)), advice_(std::move(advice)), stub_(std::move(stub)) {}

template <typename Method, typename Request, typename Response>
absl::Status AdminClient::Call(Method method, const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
  const grpc::Status status = (stub_.get()->*method)(&context, request, response);
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Status AdminClient::Explained(const absl::Status& status) const {
  if (!absl::IsUnavailable(status)) return status;
  return absl::UnavailableError(absl::StrCat("cannot reach sallyportd at ", place_, ": ", advice_,
                                             " (", std::string(status.message()), ")"));
}

template <typename Response, typename Method, typename Request>
absl::StatusOr<Response> AdminClient::Ask(Method method, const Request& request) {
  Response response;
  const absl::Status status = Call(method, request, &response);
  if (!status.ok()) return Explained(status);
  return response;
}

absl::StatusOr<v1::User> AdminClient::AddUser(const v1::AddUserRequest& request) {
  return Ask<v1::User>(&v1::Admin::Stub::AddUser, request);
}

absl::StatusOr<v1::User> AdminClient::SetPassword(const v1::SetPasswordRequest& request) {
  return Ask<v1::User>(&v1::Admin::Stub::SetPassword, request);
}

absl::StatusOr<v1::User> AdminClient::SetUserState(const v1::SetUserStateRequest& request) {
  return Ask<v1::User>(&v1::Admin::Stub::SetUserState, request);
}

absl::StatusOr<v1::User> AdminClient::UpdateUser(const v1::UpdateUserRequest& request) {
  return Ask<v1::User>(&v1::Admin::Stub::UpdateUser, request);
}

absl::StatusOr<v1::User> AdminClient::GetUser(const v1::GetUserRequest& request) {
  return Ask<v1::User>(&v1::Admin::Stub::GetUser, request);
}

absl::Status AdminClient::DeleteUser(const v1::DeleteUserRequest& request) {
  v1::DeleteUserResponse response;
  return Explained(Call(&v1::Admin::Stub::DeleteUser, request, &response));
}

absl::StatusOr<v1::ImportUserResponse> AdminClient::ImportUser(
    const v1::ImportUserRequest& request) {
  return Ask<v1::ImportUserResponse>(&v1::Admin::Stub::ImportUser, request);
}

absl::StatusOr<v1::PolicyStatus> AdminClient::GetPolicy() {
  return Ask<v1::PolicyStatus>(&v1::Admin::Stub::GetPolicy, v1::GetPolicyRequest());
}

absl::StatusOr<v1::PolicyStatus> AdminClient::ReloadPolicy() {
  return Ask<v1::PolicyStatus>(&v1::Admin::Stub::ReloadPolicy, v1::ReloadPolicyRequest());
}

absl::StatusOr<v1::ListStoresResponse> AdminClient::ListStores() {
  return Ask<v1::ListStoresResponse>(&v1::Admin::Stub::ListStores, v1::ListStoresRequest());
}

absl::StatusOr<v1::PingStoreResponse> AdminClient::PingStore(const std::string& name) {
  v1::PingStoreRequest request;
  request.set_name(name);
  return Ask<v1::PingStoreResponse>(&v1::Admin::Stub::PingStore, request);
}

absl::StatusOr<v1::LookUpUserResponse> AdminClient::LookUpUser(
    const v1::LookUpUserRequest& request) {
  v1::LookUpUserResponse response;
  const absl::Status status = Call(&v1::Admin::Stub::LookUpUser, request, &response);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<std::vector<v1::User>> AdminClient::ListUsers(const std::string& store,
                                                             const std::string& tenant) {
  std::vector<v1::User> users;
  const absl::Status status =
      ForEachUser(store, tenant, [&users](const v1::User& user) { users.push_back(user); });
  if (!status.ok()) return status;
  return users;
}

absl::Status AdminClient::ForEachUser(const std::string& store, const std::string& tenant,
                                      const std::function<void(const v1::User&)>& each) {
  v1::ListUsersRequest request;
  request.set_store(store);
  request.set_tenant(tenant);
  request.set_page_size(kPageSize);
  do {
    v1::ListUsersResponse page;
    const absl::Status status = Call(&v1::Admin::Stub::ListUsers, request, &page);
    if (!status.ok()) return Explained(status);
    for (const v1::User& user : page.users()) each(user);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status AdminClient::CheckWritable(const std::string& store, const std::string& tenant) {
  v1::ListUsersRequest request;
  request.set_store(store);
  request.set_tenant(tenant);
  request.set_page_size(1);
  v1::ListUsersResponse page;
  return Explained(Call(&v1::Admin::Stub::ListUsers, request, &page));
}

}  // namespace sallyport::ctl
