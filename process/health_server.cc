#include "process/health_server.h"

#include <chrono>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

// A request is a name.
constexpr int kMaxRequestSize = 4 << 10;
// Anybody on the network may come, and a probe needs one.
constexpr int kMaxCallsPerConnection = 16;
// A probe comes on a connection of its own, and one that asks nothing takes a descriptor.
constexpr int kMaxIdleMilliseconds = 30'000;

}  // namespace

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& address) {
  grpc::EnableDefaultHealthCheckService(true);
  std::unique_ptr<HealthServer> health(new HealthServer());
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxIdleMilliseconds);
  builder.SetMaxReceiveMessageSize(kMaxRequestSize);
  builder.RegisterCallbackGenericService(&health->nothing_else_);
  health->server_ = builder.BuildAndStart();
  if (health->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", address, ", the health address: it is taken, or not this machine's"));
  }
  health->address_ = address;
  if (absl::EndsWith(address, ":0")) {
    health->address_ = absl::StrCat(address.substr(0, address.size() - 1), port);
  }
  health->SetReady(false);
  return health;
}

HealthServer::~HealthServer() {
  if (server_ == nullptr) return;
  // A watch would go on for ever.
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void HealthServer::SetReady(bool ready) { health()->SetServingStatus(kReadyHealthName, ready); }

}  // namespace sallyport::process
