#include "process/health_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

// A request is a name.
constexpr int kMaxRequestSize = 4 << 10;
// Anybody on the network may come, and a probe needs one.
constexpr int kMaxCallsPerConnection = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& address) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsPerConnection);
  builder.SetMaxReceiveMessageSize(kMaxRequestSize);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address,
                     ", the health address: it is taken, or not this machine's"));
  }
  std::string taken = address;
  if (absl::EndsWith(taken, ":0")) taken = absl::StrCat(taken.substr(0, taken.size() - 1), port);
  return std::unique_ptr<HealthServer>(new HealthServer(std::move(server), std::move(taken)));
}

HealthServer::HealthServer(std::unique_ptr<grpc::Server> server, std::string address)
    : server_(std::move(server)), address_(std::move(address)) {
  SetReady(false);
}

HealthServer::~HealthServer() {
  // A watch would go on for ever.
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void HealthServer::SetReady(bool ready) { health()->SetServingStatus(kReadyHealthName, ready); }

}  // namespace sallyport::process
