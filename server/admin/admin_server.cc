#include "server/admin/admin_server.h"

#include <errno.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process/unix_socket.h"
#include "server/admin/socket_path.h"

namespace sallyport::server {
namespace {

constexpr std::chrono::seconds kGrace(2);
// A request has a name, a password, groups and attributes; all are bounded.
constexpr int kMaxRequestSize = 64 << 10;
// An operator's calls are few.
constexpr int kThreads = 2;

}  // namespace

AdminServer::AdminServer(AdminServerOptions options, FindStore find_store)
    : socket_path_(std::move(options.socket_path)),
      service_(std::move(find_store), std::move(options.schemes), options.costs) {}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(AdminServerOptions options,
                                                                FindStore find_store) {
  const absl::StatusOr<std::string> target = process::UnixSocketTarget(options.socket_path);
  if (!target.ok()) return target.status();
  if (absl::Status status = PrepareSocketPath(options.socket_path); !status.ok()) return status;

  std::unique_ptr<AdminServer> admin(new AdminServer(std::move(options), std::move(find_store)));
  grpc::ServerBuilder builder;
  builder.AddListeningPort(*target, grpc::InsecureServerCredentials());
  builder.RegisterService(&admin->service_);
  builder.SetMaxReceiveMessageSize(kMaxRequestSize);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kThreads);
  admin->server_ = builder.BuildAndStart();
  if (admin->server_ == nullptr || chmod(admin->socket_path_.c_str(), 0600) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot serve on ", admin->socket_path_, ": ",
                                               std::generic_category().message(errno)));
  }
  if (auto* health = admin->server_->GetHealthCheckService(); health != nullptr) {
    health->SetServingStatus(v1::Admin::service_full_name(), true);
  }
  return admin;
}

AdminServer::~AdminServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + kGrace);
  server_->Wait();
}

}  // namespace sallyport::server
