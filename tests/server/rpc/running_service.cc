#include "tests/server/rpc/running_service.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "tests/server/stores/sqlite/sqlite_store.h"

namespace sallyport::server {
namespace {

// A Unix socket's path is short, and the folder that tests are given is not.
class ScratchFolders {
 public:
  ~ScratchFolders() {
    for (const std::string& folder : folders_) std::filesystem::remove_all(folder);
  }
  std::string New() {
    std::string folder = "/tmp/sallyport-test-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folders_.emplace_back(folder);
  }

 private:
  std::vector<std::string> folders_;
};

}  // namespace

std::string StorePath(const ServerConfig& config) {
  return std::filesystem::path(config.decoy_key_file).parent_path() / "users.db";
}

void UseRules(ServerConfig* config, const std::string& rules, const std::string& more) {
  config->built_in_policy = absl::StrCat(
      "stores: [{name: local, sqlite: {path: ", StorePath(*config),
      "}}]\nrules: {stores: [{store: local}]", rules.empty() ? "" : ", ", rules, "}\n", more);
}

void AddUser(const ServerConfig& config, const std::string& name, std::string_view password) {
  const auto store = OpenSqliteStore({.name = "local"}, StorePath(config));
  auto credential = NewCredential("SCRAM-SHA-256", password, CredentialCosts(), SystemRandom());
  ASSERT_TRUE(credential.ok()) << credential.status();
  auto added = store->directory()->AddUser({.key = {"", name}, .credentials = {*credential}});
  ASSERT_TRUE(added.ok()) << added.status();
}

ServerConfig ScratchConfig() {
  static ScratchFolders folders;
  const std::string folder = folders.New();
  ServerConfig config = DefaultServerConfig();
  config.address = "127.0.0.1:0";
  config.decoy_key_file = folder + "/decoy.key";
  UseRules(&config, "");
  config.admin_socket = folder + "/admin/admin.sock";
  config.log_level = process::LogLevel::kOff;
  AddUser(config, kUser, kPassword);
  return config;
}

RunningService::RunningService(const ServerConfig& config,
                               std::shared_ptr<grpc::ChannelCredentials> credentials) {
  auto service = Service::Start(config);
  EXPECT_TRUE(service.ok()) << service.status();
  service_ = *std::move(service);
  channel_ = grpc::CreateChannel(service_->address(), std::move(credentials));
  stub_ = v1::Authenticator::NewStub(channel_);
}

RawStream::RawStream(v1::Authenticator::Stub& stub) : stream_(stub.Handshake(&context_)) {}

RawStream::~RawStream() {
  if (finished_) return;
  context_.TryCancel();
  Finish();
}

void RawStream::Send(const std::vector<v1::ConnectionInput>& inputs) {
  v1::HandshakeRequest request;
  for (const v1::ConnectionInput& input : inputs) *request.add_inputs() = input;
  stream_->Write(request);
}

bool RawStream::ReadUntil(const std::function<bool()>& done) {
  while (!done()) {
    v1::HandshakeResponse response;
    if (!stream_->Read(&response)) return false;
    ++responses_;
    largest_response_ = std::max(largest_response_, response.ByteSizeLong());
    for (v1::ConnectionOutput& output : *response.mutable_outputs()) {
      ConnectionLog& log = logs_[output.connection_id()];
      EXPECT_FALSE(log.outcome.has_value()) << "an output behind the outcome";
      log.sent += output.to_send();
      log.consumed = output.consumed();
      log.resume_token = output.resume_token();
      ++log.outputs;
      if (output.has_outcome()) log.outcome = output.outcome();
    }
  }
  return true;
}

void RawStream::HalfClose() { stream_->WritesDone(); }

grpc::Status RawStream::Finish() {
  ReadUntil([] { return false; });
  finished_ = true;
  return stream_->Finish();
}

v1::ConnectionInput OpenInput(uint64_t id, bool encrypted) {
  v1::ConnectionInput input;
  input.set_connection_id(id);
  v1::ConnectionContext* context = input.mutable_open();
  context->set_listener("amqps");
  context->set_remote_address("192.0.2.1:4242");
  if (encrypted) context->mutable_tls()->set_version("TLSv1.3");
  return input;
}

v1::ConnectionInput BytesInput(uint64_t id, std::string_view bytes) {
  v1::ConnectionInput input;
  input.set_connection_id(id);
  input.set_received(bytes.data(), bytes.size());
  return input;
}

ScramClient::ScramClient(std::string user, std::string password, std::string mechanism)
    : handshake_(
          {.mechanisms = {std::move(mechanism)},
           .credentials = {.authentication_id = std::move(user), .password = Secret(password)}},
          SystemRandom()) {}

std::string ScramClient::Header() {
  std::string header;
  handshake_.Start(&header);
  return header;
}

std::string ScramClient::Answer(std::string_view bytes) {
  std::string answer;
  auto progress = handshake_.Receive(&bytes, &answer);
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    auto& need = std::get<NeedDerivation>(*progress);
    progress = handshake_.Resume(need.ticket, Derive(need.work), &bytes, &answer);
  }
  EXPECT_TRUE(progress.ok()) << progress.status();
  if (progress.ok()) progress_ = *std::move(progress);
  return answer;
}

bool ScramClient::accepted() const {
  const auto* done = std::get_if<ClientHandshake::Done>(&progress_);
  return done != nullptr && done->code == amqp::SaslCode::kOk;
}

void LogIn(RawStream& stream, uint64_t id, ScramClient& client, bool encrypted) {
  v1::ConnectionInput open = OpenInput(id, encrypted);
  open.set_received(client.Header());
  stream.SendOne(open);
  size_t heard = 0;
  while (!stream.Of(id).outcome) {
    ASSERT_TRUE(stream.ReadUntil([&] { return stream.Of(id).sent.size() > heard; }));
    const std::string answer = client.Answer(std::string_view(stream.Of(id).sent).substr(heard));
    heard = stream.Of(id).sent.size();
    if (!answer.empty()) stream.SendOne(BytesInput(id, answer));
  }
}

std::string PlainInit(std::string_view user, std::string_view password) {
  std::string bytes(amqp::kSaslProtocolHeader);
  const std::string message = absl::StrCat(std::string(1, '\0'), std::string(user),
                                           std::string(1, '\0'), std::string(password));
  amqp::AppendSaslInit({.mechanism = "PLAIN", .initial_response = message}, &bytes);
  return bytes;
}

}  // namespace sallyport::server
