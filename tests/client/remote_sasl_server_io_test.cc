// The suite of core/io against handshakes in a real service over gRPC, and what
// only those have: the owner's thread, and the SDK's.

#include "client/remote_sasl_server_io.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/amqp/protocol_header.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/client/fake_service.h"
#include "tests/core/io/fake_transport.h"
#include "tests/core/io/sasl_server_io_suite.h"
#include "tests/requirements.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::client {
namespace {

// Counts the calls of wake_up. Thread-safe.
class WakeUps {
 public:
  std::function<void()> Counter() {
    return [this] {
      absl::MutexLock lock(&mu_);
      ++count_;
    };
  }
  // Wait takes one; false: none came.
  bool Wait() {
    const auto any = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return count_ > 0; };
    absl::MutexLock lock(&mu_);
    if (!mu_.AwaitWithTimeout(absl::Condition(&any), absl::Seconds(30))) return false;
    --count_;
    return true;
  }

 private:
  absl::Mutex mu_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
};

std::unique_ptr<Authenticator> Connect(const std::string& target,
                                       AuthenticatorOptions options = {}) {
  options.target = target;
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

// One service for all tests: each has connections of its own.
server::RunningService& SharedService() {
  static auto* const service = [] {
    server::ServerConfig config = server::ScratchConfig();
    server::UseRules(&config, "", R"(
listeners:
  - {name: strong-first, rules: {mechanisms: [SCRAM-SHA-256, PLAIN]}}
  - {name: plain-first, rules: {mechanisms: [PLAIN, SCRAM-SHA-256]}}
  - {name: anonymous, rules: {mechanisms: [ANONYMOUS]}}
)");
    return new server::RunningService(config);
  }();
  return *service;
}

class RemoteBackend final : public IoBackend {
 public:
  absl::StatusOr<SaslServerIo> Create(Transport* transport, IoListener listener) override {
    // The last one has no policy.
    static constexpr const char* kNames[] = {"strong-first", "plain-first", "anonymous", "unknown"};
    const bool outage = listener == IoListener::kOutage;
    const RemoteSaslServerIoConfig config = {
        .transport = transport,
        .authenticator = outage ? unreachable_.get() : authenticator_.get(),
        .facts = {.listener = outage ? "" : kNames[static_cast<int>(listener)],
                  .remote_address = "192.0.2.1:4242",
                  .tls = TlsFacts{.version = "TLSv1.3"}},
        .wake_up = wake_ups_.Counter()};
    return CreateRemoteSaslServerIo(&config);
  }
  absl::StatusOr<SaslServerIo> CreateFromNothing() override {
    return CreateRemoteSaslServerIo(nullptr);
  }
  bool WaitForWork() override { return wake_ups_.Wait(); }

 private:
  WakeUps wake_ups_;
  const std::unique_ptr<Authenticator> authenticator_ = Connect(SharedService().address());
  const std::unique_ptr<Authenticator> unreachable_ =
      Connect(UniqueAddress(), {.connect_timeout = absl::Milliseconds(20)});
};

std::unique_ptr<IoBackend> NewRemoteBackend() { return std::make_unique<RemoteBackend>(); }

INSTANTIATE_TEST_SUITE_P(Remote, SaslServerIoCalls, testing::Values(&NewRemoteBackend));
INSTANTIATE_TEST_SUITE_P(Remote, SaslServerIoExchange, testing::Values(&NewRemoteBackend));

// An io over a service that does what a script says.
struct ScriptedIo {
  explicit ScriptedIo(Script script) : service(std::move(script)) {}

  void Open(const std::string& listener = "amqps") {
    const RemoteSaslServerIoConfig config = {.transport = &transport,
                                             .authenticator = authenticator.get(),
                                             .facts = {.listener = listener},
                                             .wake_up = wake_ups.Counter()};
    io = *CreateRemoteSaslServerIo(&config);
    ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
  }
  void WorkUntilOpen() {
    while (recorder.results.empty()) {
      ASSERT_TRUE(wake_ups.Wait());
      io.DoWork();
    }
  }

  WakeUps wake_ups;
  FakeService service;
  std::unique_ptr<Authenticator> authenticator = Connect(service.target());
  IoLog log;
  FakeTransport transport{&log};
  IoRecorder recorder{&log};
  SaslServerIo io;
};

TEST(RemoteSaslServerIo, RefusesAConfigThatLacksAPart) {
  Covers({"SRS_SASL_SERVER_IO_01_003"});
  IoLog log;
  FakeTransport transport(&log);
  RemoteSaslServerIoConfig config = {.transport = &transport};
  EXPECT_EQ(CreateRemoteSaslServerIo(&config).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RemoteSaslServerIo, ReportsOnTheOwnersThreadFromInsideDoWork) {
  ScriptedIo scripted(HeaderThenOk(5));
  scripted.Open();
  ASSERT_TRUE(scripted.wake_ups.Wait());
  EXPECT_EQ(scripted.log, IoLog()) << "reported on a thread of the SDK's";
  scripted.io.DoWork();
  EXPECT_EQ(scripted.transport.sent, "header");
}

TEST(RemoteSaslServerIo, SaysWhomTheServiceLetIn) {
  ScriptedIo scripted([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      v1::ConnectionOutput output = Succeed(input.connection_id(), "ok", 0);
      v1::Identity& identity = *output.mutable_outcome()->mutable_identity();
      identity.set_authorization_id("boss");
      identity.set_mechanism(input.open().listener());
      identity.set_tenant("tenant");
      identity.set_store("store");
      identity.add_groups("group");
      (*identity.mutable_attributes())["key"] = "value";
      identity.mutable_expires_at()->set_seconds(1);
      identity.set_channel_bound(true);
      output.mutable_outcome()->set_hostname("broker.example");
      reply.outputs.push_back(std::move(output));
    }
    return reply;
  });
  scripted.Open("PLAIN");
  scripted.WorkUntilOpen();
  const OpenResult& result = scripted.recorder.results.at(0);
  ASSERT_TRUE(result.identity.has_value());
  EXPECT_EQ(result.identity->authentication_id, "alice");
  EXPECT_EQ(result.identity->authorization_id, "boss");
  EXPECT_EQ(result.identity->mechanism.data(), FindMechanism("PLAIN")->name.data());
  EXPECT_TRUE(result.identity->channel_bound);
  ASSERT_NE(result.identity->account, nullptr);
  EXPECT_EQ(result.identity->account->authentication_id, "alice");
  EXPECT_EQ(result.identity->account->tenant, "tenant");
  EXPECT_EQ(result.identity->account->store, "store");
  EXPECT_EQ(result.identity->account->groups, std::vector<std::string>{"group"});
  EXPECT_EQ(result.identity->account->attributes.at("key"), "value");
  EXPECT_EQ(result.identity->account->expires_at, absl::FromUnixSeconds(1));
  EXPECT_EQ(result.hostname, "broker.example");
  EXPECT_FALSE(result.handshake_id.empty());

  scripted.recorder.results.clear();
  scripted.Open("FROM-THE-FUTURE");
  scripted.WorkUntilOpen();
  EXPECT_EQ(scripted.recorder.results.at(0).identity->mechanism, "");
}

// Lets a client in that has sent five bytes, and says nothing else.
Reply SucceedInSilence(const v1::HandshakeRequest& request, int) {
  Reply reply;
  for (const v1::ConnectionInput& input : request.inputs()) {
    if (input.received().empty()) continue;
    reply.outputs.push_back(Succeed(input.connection_id(), "", 5));
  }
  return reply;
}

TEST(RemoteSaslServerIo, BytesThatCrossTheOutcomeComeBehindIt) {
  Covers({"SRS_SASL_SERVER_IO_01_057"});
  ScriptedIo scripted(&SucceedInSilence);
  scripted.Open();
  scripted.transport.Deliver("helloone ");
  ASSERT_TRUE(scripted.wake_ups.Wait());
  scripted.transport.Deliver("two ");
  scripted.transport.Deliver("three");
  EXPECT_TRUE(scripted.recorder.results.empty());
  scripted.io.DoWork();
  ASSERT_EQ(scripted.recorder.results.size(), 1u);
  EXPECT_EQ(scripted.recorder.results[0].code, OpenCode::kOk);
  EXPECT_EQ(scripted.recorder.received, "one two three");
}

TEST(RemoteSaslServerIo, AClientThatSendsOnWithoutEndHearsItsOutcomeAndIsCutOff) {
  for (const size_t more : {0, 1}) {
    ScriptedIo scripted([](const v1::HandshakeRequest& request, int) {
      Reply reply;
      for (const v1::ConnectionInput& input : request.inputs()) {
        if (input.received().empty()) continue;
        reply.outputs.push_back(Succeed(input.connection_id(), "you are in", 5));
      }
      return reply;
    });
    scripted.Open();
    scripted.transport.Deliver("hello");
    ASSERT_TRUE(scripted.wake_ups.Wait());
    const std::string most(kMaxBytesBehindHandshake, 'x');
    scripted.transport.Deliver(most);
    for (size_t i = 0; i < more; ++i) scripted.transport.Deliver("x");
    EXPECT_EQ(scripted.transport.sent, "");
    scripted.io.DoWork();
    scripted.WorkUntilOpen();
    EXPECT_EQ(scripted.transport.sent, "you are in");
    const OpenResult& result = scripted.recorder.results.at(0);
    EXPECT_EQ(result.code, more == 0 ? OpenCode::kOk : OpenCode::kError);
    EXPECT_EQ(result.reason.has_value(), more > 0);
    if (more > 0) {
      EXPECT_EQ(result.reason, FailureReason::kOverloaded);
      EXPECT_EQ(result.sasl_code, amqp::SaslCode::kSysTemp);
    }
    EXPECT_EQ(scripted.recorder.received, more == 0 ? most : "");
  }
}

TEST(RemoteSaslServerIo, DestroyingTheIoTellsTheServiceToForgetTheHandshake) {
  Covers({"SRS_SASL_SERVER_IO_01_012"});
  for (const bool close : {true, false}) {
    ScriptedIo scripted(HeaderThenOk(5));
    scripted.Open();
    ASSERT_TRUE(scripted.wake_ups.Wait());
    if (close) {
      ASSERT_TRUE(scripted.io.Close({}).ok());
    } else {
      scripted.io = SaslServerIo();
    }
    EXPECT_TRUE(scripted.service.WaitForClosed());
  }
}

TEST(RemoteSaslServerIo, AServiceThatGoesAwayFailsTheOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_066", "SRS_SASL_SERVER_IO_01_118"});
  ScriptedIo scripted(HeaderThenOk(5));
  scripted.Open();
  ASSERT_TRUE(scripted.wake_ups.Wait());
  scripted.service.Stop();
  scripted.WorkUntilOpen();
  EXPECT_EQ(scripted.recorder.results.at(0).code, OpenCode::kError);
  EXPECT_EQ(scripted.recorder.results.at(0).sasl_code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(scripted.recorder.results.at(0).reason, FailureReason::kServiceUnreachable);
  EXPECT_EQ(Without(scripted.log, "transport worked").back(), "close transport");
}

TEST(RemoteSaslServerIo, AFaultOfTheServicesIsSys) {
  Covers({"SRS_SASL_SERVER_IO_01_116"});
  ScriptedIo scripted([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      reply.outputs.push_back(
          Fail(input.connection_id(), v1::SASL_CODE_SYS, v1::FAILURE_REASON_INTERNAL, "sys"));
    }
    return reply;
  });
  scripted.Open();
  scripted.WorkUntilOpen();
  EXPECT_EQ(scripted.recorder.results.at(0).sasl_code, amqp::SaslCode::kSys);
  EXPECT_EQ(scripted.transport.sent, "sys");
}

}  // namespace
}  // namespace sallyport::client
