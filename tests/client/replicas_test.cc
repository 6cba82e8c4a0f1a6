// How streams move between the service's replicas: new ones are found, those that drain
// or do not answer are left, and no handshake is lost on the way.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"
#include "tests/client/scram_login.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::client {
namespace {

constexpr int kClients = 8;
constexpr absl::Duration kPatience = absl::Seconds(30);

std::unique_ptr<Authenticator> Connect(AuthenticatorOptions options) {
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

// The replicas as a directory would name them; they may change.
class Directory {
 public:
  explicit Directory(std::vector<std::string> targets) { Set(std::move(targets)); }

  void Set(std::vector<std::string> targets) {
    absl::MutexLock lock(&state_->mutex);
    state_->targets = std::move(targets);
  }

  std::function<absl::StatusOr<std::vector<std::string>>()> find_replicas() {
    return [state = state_]() -> absl::StatusOr<std::vector<std::string>> {
      absl::MutexLock lock(&state->mutex);
      return state->targets;
    };
  }

 private:
  struct State {
    absl::Mutex mutex;
    std::vector<std::string> targets ABSL_GUARDED_BY(mutex);
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Logs in by SCRAM, as several clients at once, until `done`. All must succeed.
void LogInUntil(Authenticator& authenticator, const std::function<bool()>& done) {
  std::atomic<int> failed = 0;
  std::atomic<int> succeeded = 0;
  const absl::Time give_up = absl::Now() + kPatience;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      while (!done() && absl::Now() < give_up) {
        ScramLogin login(authenticator, server::kPassword);
        login.Run();
        (login.Succeeded() ? succeeded : failed)++;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(done());
  EXPECT_EQ(failed, 0) << succeeded << " succeeded";
}

// The outcome of one handshake with a FakeService of HeaderThenOk(1).
Outcome Attempt(Authenticator& authenticator) {
  const auto observer = std::make_shared<RecordingObserver>();
  const auto handshake = authenticator.Open({}, observer);
  handshake->Receive("x");
  return observer->WaitForOutcome();
}

Script Draining() {
  return [](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      if (!input.has_open()) continue;
      reply.outputs.push_back(
          Fail(input.connection_id(), v1::SASL_CODE_SYS_TEMP, v1::FAILURE_REASON_DRAINING));
    }
    return reply;
  };
}

// A port that takes connections, and then says nothing.
class SilentPort {
 public:
  SilentPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, any, size), 0);
    EXPECT_EQ(listen(socket_, 64), 0);
    EXPECT_EQ(getsockname(socket_, any, &size), 0);
    target_ = absl::StrCat("ipv4:127.0.0.1:", ntohs(address.sin_port));
  }
  ~SilentPort() { close(socket_); }

  const std::string& target() const { return target_; }

 private:
  const int socket_;
  std::string target_;
};

TEST(Replicas, LosesNoLoginWhereTheServiceEndsConnectionsForTheirAge) {
  server::ServerConfig config = server::ScratchConfig();
  config.max_connection_age = absl::Seconds(1);
  config.max_connection_age_grace = absl::Seconds(2);
  server::RunningService service(config);
  // Without tokens, a handshake that was under way when its stream was ended is lost.
  const auto authenticator = Connect(
      {.target = service.address(), .max_stream_age = absl::InfiniteDuration(), .resume = false});
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= 4; });
}

TEST(Replicas, LosesNoLoginWhenStreamsGrowOld) {
  server::RunningService service;
  const auto authenticator = Connect(
      {.target = service.address(), .max_stream_age = absl::Milliseconds(100), .resume = false});
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= 20; });
}

TEST(Replicas, AnOldStreamKeepsTheHandshakesThatAreOnIt) {
  FakeService first(HeaderThenOk(1));
  FakeService second(HeaderThenOk(1));
  Directory directory({first.target()});
  const auto authenticator = Connect({.target = "sallyport.example:7450",
                                      .find_replicas = directory.find_replicas(),
                                      .max_stream_age = absl::Milliseconds(100),
                                      .resume = false});
  const auto observer = std::make_shared<RecordingObserver>();
  const auto handshake = authenticator->Open({}, observer);
  ASSERT_TRUE(observer->WaitForBytes("header"));
  directory.Set({second.target()});
  ASSERT_TRUE(second.WaitForStreams(1));
  while (second.inputs().empty()) EXPECT_EQ(Attempt(*authenticator).code, amqp::SaslCode::kOk);
  handshake->Receive("x");
  EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

TEST(Replicas, KeepsAnOldStreamWhileNoOtherCanBeHad) {
  FakeService service(HeaderThenOk(1));
  Directory directory({service.target()});
  const auto authenticator = Connect({.target = "sallyport.example:7450",
                                      .find_replicas = directory.find_replicas(),
                                      .max_stream_age = absl::Milliseconds(100),
                                      .resume = false,
                                      .connect_timeout = absl::Milliseconds(200)});
  EXPECT_EQ(Attempt(*authenticator).code, amqp::SaslCode::kOk);
  directory.Set({"unix-abstract:nobody-listens-here"});
  const int streams = service.streams();
  const absl::Time later = absl::Now() + absl::Milliseconds(500);
  while (absl::Now() < later) {
    ASSERT_EQ(Attempt(*authenticator).code, amqp::SaslCode::kOk);
  }
  EXPECT_LE(service.streams(), streams + 1);
}

TEST(Replicas, SpreadsBusyStreams) {
  FakeService services[] = {FakeService(HeaderThenOk(1), "127.0.0.1:0"),
                            FakeService(HeaderThenOk(1), "127.0.0.1:0"),
                            FakeService(HeaderThenOk(1), "127.0.0.1:0")};
  const auto authenticator =
      Connect({.target = absl::StrCat("ipv4:", services[0].target(), ",", services[1].target(), ",",
                                      services[2].target()),
               .max_streams = 3});
  std::vector<std::unique_ptr<Handshake>> waiting;
  const auto observer = std::make_shared<RecordingObserver>();
  const absl::Time give_up = absl::Now() + kPatience;
  while (authenticator->stats().streams < 3 && absl::Now() < give_up) {
    waiting.push_back(authenticator->Open({}, observer));
  }
  for (FakeService& service : services) {
    EXPECT_TRUE(service.WaitForStreams(1));
    EXPECT_EQ(service.streams(), 1);
  }
}

TEST(Replicas, AnOldStreamMakesWayForOneToAnotherReplica) {
  FakeService services[] = {FakeService(HeaderThenOk(1), "127.0.0.1:0"),
                            FakeService(HeaderThenOk(1), "127.0.0.1:0"),
                            FakeService(HeaderThenOk(1), "127.0.0.1:0")};
  const auto authenticator =
      Connect({.target = absl::StrCat("ipv4:", services[0].target(), ",", services[1].target(), ",",
                                      services[2].target()),
               .max_streams = 1,
               .max_stream_age = absl::Milliseconds(100)});
  for (FakeService& service : services) {
    while (service.streams() < 3) ASSERT_EQ(Attempt(*authenticator).code, amqp::SaslCode::kOk);
  }
}

TEST(Replicas, ReachesAReplicaThatIsNewAndLeavesOneThatIsGone) {
  auto before = std::make_unique<server::RunningService>();
  Directory directory({before->address()});
  const auto authenticator = Connect({.target = "sallyport.example:7450",
                                      .find_replicas = directory.find_replicas(),
                                      .max_stream_age = absl::Milliseconds(300),
                                      .resume = false});
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= 1; });
  server::RunningService after;
  directory.Set({after.address()});
  const uint64_t streams = authenticator->stats().streams;
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= streams + 3; });
  before->service().Drain();
  before.reset();
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= streams + 6; });
}

TEST(Replicas, TurnsFromOneThatDrainsToAnother) {
  for (int i = 0; i < 10; ++i) {
    FakeService draining(Draining());
    FakeService other(HeaderThenOk(1));
    Directory directory({draining.target()});
    const auto authenticator =
        Connect({.target = "sallyport.example:7450", .find_replicas = directory.find_replicas()});
    ASSERT_TRUE(draining.WaitForStreams(1));
    directory.Set({draining.target(), other.target()});
    for (int attempt = 0; attempt < 5; ++attempt) {
      ASSERT_EQ(Attempt(*authenticator).code, amqp::SaslCode::kOk);
    }
    EXPECT_EQ(draining.streams(), 1);
  }
}

TEST(Replicas, FinishesOnAServiceThatDrainsWhatItHadBegunThere) {
  server::ServerConfig config = server::ScratchConfig();
  config.drain = absl::Seconds(20);
  server::RunningService draining(config);
  server::RunningService other;
  Directory directory({draining.address()});
  const auto authenticator = Connect({.target = "sallyport.example:7450",
                                      .find_replicas = directory.find_replicas(),
                                      .resume = false});
  ScramLogin early(*authenticator, server::kPassword);
  early.Begin();
  ASSERT_TRUE(early.Hear());
  directory.Set({draining.address(), other.address()});
  std::thread drains([&] { draining.service().Drain(); });
  LogInUntil(*authenticator, [&] { return authenticator->stats().streams >= 2; });
  early.Answer();
  while (early.Hear()) early.Answer();
  EXPECT_TRUE(early.Succeeded());
  drains.join();
}

TEST(Replicas, DoesNotWaitForOneThatDoesNotAnswer) {
  SilentPort silent;
  FakeService service(HeaderThenOk(1), "127.0.0.1:0");
  std::vector<std::unique_ptr<Authenticator>> authenticators;
  for (int i = 0; i < 10; ++i) {
    authenticators.push_back(
        Connect({.target = "sallyport.example:7450",
                 .find_replicas = Directory({silent.target(), service.target()}).find_replicas(),
                 .connect_timeout = absl::Seconds(25)}));
  }
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes;
  for (const auto& authenticator : authenticators) {
    observers.push_back(std::make_shared<RecordingObserver>());
    handshakes.push_back(authenticator->Open({}, observers.back()));
    handshakes.back()->Receive("x");
  }
  for (const auto& observer : observers) {
    EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  }
}

TEST(Replicas, SaysThatTheServiceCouldNotBeFound) {
  const auto authenticator =
      Connect({.target = "no-such-host.invalid:7450", .connect_timeout = absl::Seconds(2)});
  const Outcome outcome = Attempt(*authenticator);
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(outcome.reason, FailureReason::kServiceUnreachable);
  EXPECT_NE(outcome.detail.find("no-such-host.invalid"), std::string::npos) << outcome.detail;
}

}  // namespace
}  // namespace sallyport::client
