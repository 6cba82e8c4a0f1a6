#ifndef SALLYPORT_TESTS_SERVER_RPC_RUNNING_SERVICE_H_
#define SALLYPORT_TESTS_SERVER_RPC_RUNNING_SERVICE_H_

// A real service on loopback, with its SQLite store in a scratch folder, and a
// plain gRPC client that speaks the contract to it without our SDK.

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/handshake/client_handshake.h"
#include "sallyport/v1/authenticator.grpc.pb.h"
#include "server/config/server_config.h"
#include "server/service.h"
#include "tests/process/check_health.h"

namespace sallyport::server {

inline constexpr char kUser[] = "alice";
inline constexpr char kPassword[] = "correct horse";

// ScratchConfig serves on any loopback port, with a store that knows kUser by
// kPassword, in SCRAM-SHA-256 form.
ServerConfig ScratchConfig();

// StorePath is the file of the configuration's store.
std::string StorePath(const ServerConfig& config);

// UseRules replaces the policy's rules: "mechanisms: [PLAIN], ...". `more` is the rest of
// the policy, in lines of YAML.
void UseRules(ServerConfig* config, const std::string& rules, const std::string& more = "");

// AddUser adds a user to the configuration's store before the service is started.
void AddUser(const ServerConfig& config, const std::string& name, std::string_view password);

// RunningService starts, and fails the test where it cannot.
class RunningService {
 public:
  explicit RunningService(
      const ServerConfig& config = ScratchConfig(),
      std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials());

  Service& service() { return *service_; }
  const std::string& address() const { return service_->address(); }
  v1::Authenticator::Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

 private:
  std::unique_ptr<Service> service_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Authenticator::Stub> stub_;
};

using process::CheckHealth;
inline int CheckHealth(RunningService& running, const std::string& service) {
  return CheckHealth(running.channel(), service);
}

// ConnectionLog is what the service has said of one connection.
struct ConnectionLog {
  std::string sent;
  uint64_t consumed = 0;
  // Of the last output.
  std::string resume_token;
  int outputs = 0;
  std::optional<v1::Outcome> outcome;
};

// RawStream is one Handshake call, used from one thread.
class RawStream {
 public:
  explicit RawStream(v1::Authenticator::Stub& stub);
  // Cancels what is still open.
  ~RawStream();

  void Send(const std::vector<v1::ConnectionInput>& inputs);
  void SendOne(const v1::ConnectionInput& input) { Send({input}); }

  // ReadUntil reads responses until `done`, and says whether it came to that
  // before the stream ended.
  bool ReadUntil(const std::function<bool()>& done);
  bool ReadUntilOutcome(uint64_t id) {
    return ReadUntil([&] { return Of(id).outcome.has_value(); });
  }

  ConnectionLog& Of(uint64_t id) { return logs_[id]; }
  size_t responses() const { return responses_; }
  // In bytes.
  size_t largest_response() const { return largest_response_; }

  void HalfClose();
  // Ends the call, reading what is left.
  grpc::Status Finish();

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::HandshakeRequest, v1::HandshakeResponse>> stream_;
  std::map<uint64_t, ConnectionLog> logs_;
  size_t responses_ = 0;
  size_t largest_response_ = 0;
  bool finished_ = false;
};

// OpenInput opens a connection; encrypted unless told otherwise.
v1::ConnectionInput OpenInput(uint64_t id, bool encrypted = true);
v1::ConnectionInput BytesInput(uint64_t id, std::string_view bytes);

// ScramClient speaks one login over raw bytes.
class ScramClient {
 public:
  explicit ScramClient(std::string user = kUser, std::string password = kPassword,
                       std::string mechanism = "SCRAM-SHA-256");

  // Header returns what the client sends first, Answer what it says to `bytes`.
  std::string Header();
  std::string Answer(std::string_view bytes);
  // Whether the server has let it in and has proved itself.
  bool accepted() const;

 private:
  ClientHandshake handshake_;
  ClientHandshake::Progress progress_;
};

// LogIn runs a whole login of `client` as connection `id`, open included.
void LogIn(RawStream& stream, uint64_t id, ScramClient& client, bool encrypted = true);

// PlainInit is the client's header and its sasl-init for PLAIN.
std::string PlainInit(std::string_view user, std::string_view password);

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_RPC_RUNNING_SERVICE_H_
