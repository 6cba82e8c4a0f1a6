#include "server/admin/admin_server.h"

#include <errno.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "process/admin_endpoint.h"
#include "process/unix_socket.h"
#include "server/admin/socket_path.h"
#include "server/rpc/server_credentials.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);
// Logins have threads of their own for theirs, as many by default.
constexpr int kMaxDerivations = 2;
// An operator's calls are few.
constexpr int kThreads = 2;

// Null where gRPC cannot serve there.
std::unique_ptr<grpc::Server> Serve(const std::string& target,
                                    std::shared_ptr<grpc::ServerCredentials> credentials,
                                    AdminService* service, int* port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(target, std::move(credentials), port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(service);
  builder.SetMaxReceiveMessageSize(static_cast<int>(process::kMaxAdminRequest));
  builder.SetMaxSendMessageSize(static_cast<int>(process::kMaxAdminAnswer));
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kThreads);
  return builder.BuildAndStart();
}

}  // namespace

AdminServer::AdminServer(PolicySource& policies, AuditLog& audit)
    : host_{policies, audit, DerivationSlots(kMaxDerivations), {}} {}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const AdminServerOptions& options,
                                                                PolicySource& policies,
                                                                AuditLog& audit) {
  std::unique_ptr<AdminServer> admin(new AdminServer(policies, audit));
  if (absl::Status status = admin->ServeSocket(options.socket_path); !status.ok()) return status;
  if (options.address) {
    if (absl::Status status = admin->ServeAddress(*options.address); !status.ok()) return status;
  }
  for (grpc::HealthCheckServiceInterface* health : admin->health()) {
    health->SetServingStatus(v1::Admin::service_full_name(), true);
  }
  return admin;
}

absl::Status AdminServer::ServeSocket(const std::string& path) {
  const absl::StatusOr<std::string> target = process::UnixSocketTarget(path);
  if (!target.ok()) return target.status();
  if (absl::Status status = PrepareSocketPath(path); !status.ok()) return status;
  socket_service_ = std::make_unique<AdminService>(host_, AdminAccess::OfSocket());
  auto server = Serve(*target, grpc::InsecureServerCredentials(), socket_service_.get(), nullptr);
  if (server != nullptr) servers_.push_back(std::move(server));
  if (servers_.empty() || chmod(path.c_str(), 0600) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve on ", path, ": ", std::generic_category().message(errno)));
  }
  return absl::OkStatus();
}

absl::Status AdminServer::ServeAddress(const AdminAddress& address) {
  if (address.tls.client_ca_file.empty()) {
    return absl::InvalidArgumentError(
        "the admin address has no 'client_ca': callers are known by their certificates");
  }
  auto access = AdminAccess::OfCertificates(address.allow);
  if (!access.ok()) return access.status();
  auto credentials = MakeServerCredentials(address.tls);
  if (!credentials.ok()) return credentials.status();
  address_service_ = std::make_unique<AdminService>(host_, *std::move(access));
  int port = 0;
  auto server = Serve(address.address, *std::move(credentials), address_service_.get(), &port);
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.address,
                     ", the admin address: it is taken, or not this machine's"));
  }
  servers_.push_back(std::move(server));
  address_ = address.address;
  if (absl::EndsWith(address_, ":0")) {
    address_ = absl::StrCat(address_.substr(0, address_.size() - 1), port);
  }
  return absl::OkStatus();
}

std::vector<grpc::HealthCheckServiceInterface*> AdminServer::health() const {
  std::vector<grpc::HealthCheckServiceInterface*> all;
  for (const std::unique_ptr<grpc::Server>& server : servers_) {
    if (auto* health = server->GetHealthCheckService(); health != nullptr) all.push_back(health);
  }
  return all;
}

AdminServer::~AdminServer() {
  // Before gRPC's own end, which waits for every call.
  host_.calls.Drain(kGrace);
  StopDirectories(*host_.policies.Current());
  for (const auto& server : servers_) server->Shutdown(std::chrono::system_clock::now());
  for (const auto& server : servers_) server->Wait();
}

}  // namespace sallyport::server
