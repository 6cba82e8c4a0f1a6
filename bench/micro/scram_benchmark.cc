// What the server's side of a SCRAM handshake costs with stored keys, beside
// GNU SASL's, and beside bare OpenSSL calls for the same messages: see
// docs/performance.md.
//
//   bazel run --config=opt //bench/micro:scram_benchmark

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/micro/gsasl_scram.h"
#include "bench/micro/openssl_scram.h"
#include "bench/micro/sallyport_scram.h"
#include "bench/micro/scram_user.h"
#include "benchmark/benchmark.h"

namespace sallyport {
namespace {

// So many that stopping the clock costs each handshake some nanoseconds.
constexpr int kHandshakesAtOnce = 256;

// Login is a handshake in flight: its client, and the last message of each side.
template <typename Server>
struct Login {
  std::unique_ptr<ClientMechanism> client;
  std::string message;
  std::optional<Server> server;
  std::string reply;
};

// A proof depends on the server's nonce, so the handshakes of a batch wait for one
// another, and the clock stands still while their clients work.
template <typename Server>
void RunLogins(benchmark::State& state, const ScramUser& user, typename Server::Host& host) {
  std::vector<Login<Server>> logins(kHandshakesAtOnce);
  bool good = true;
  while (state.KeepRunningBatch(kHandshakesAtOnce)) {
    state.PauseTiming();
    for (Login<Server>& login : logins) {
      login.client = user.NewClient();
      login.message = user.Answer(*login.client, nullptr);
    }
    state.ResumeTiming();
    for (Login<Server>& login : logins) {
      good &= login.server.emplace(host).First(login.message, login.reply);
    }
    state.PauseTiming();
    for (Login<Server>& login : logins) {
      if (good) login.message = user.Answer(*login.client, &login.reply);
    }
    state.ResumeTiming();
    for (Login<Server>& login : logins) {
      good &= login.server->Final(login.message, login.reply);
      login.server.reset();
    }
    state.PauseTiming();
    for (Login<Server>& login : logins) good &= !login.client->Finish(login.reply).has_value();
    if (!good) return state.SkipWithError("a login failed");
    state.ResumeTiming();
  }
}

void BM_Sallyport(benchmark::State& state, const char* mechanism) {
  const ScramUser user(mechanism);
  SallyportScram::Host host(user);
  RunLogins<SallyportScram>(state, user, host);
}

void BM_Gsasl(benchmark::State& state, const char* mechanism) {
  const ScramUser user(mechanism);
  GsaslScram::Host host(user);
  RunLogins<GsaslScram>(state, user, host);
}

void BM_OpensslReused(benchmark::State& state, const char* mechanism) {
  const ScramUser user(mechanism);
  OpensslScram::Host host(user, ReusedOpenssl(user.keys().hash));
  RunLogins<OpensslScram>(state, user, host);
}

void BM_OpensslOneShot(benchmark::State& state, const char* mechanism) {
  const ScramUser user(mechanism);
  OpensslScram::Host host(user, OneShotOpenssl(user.keys().hash));
  RunLogins<OpensslScram>(state, user, host);
}

BENCHMARK_CAPTURE(BM_Sallyport, SHA_256, "SCRAM-SHA-256");
BENCHMARK_CAPTURE(BM_Gsasl, SHA_256, "SCRAM-SHA-256");
BENCHMARK_CAPTURE(BM_OpensslReused, SHA_256, "SCRAM-SHA-256");
BENCHMARK_CAPTURE(BM_OpensslOneShot, SHA_256, "SCRAM-SHA-256");
BENCHMARK_CAPTURE(BM_Sallyport, SHA_1, "SCRAM-SHA-1");
BENCHMARK_CAPTURE(BM_Gsasl, SHA_1, "SCRAM-SHA-1");
BENCHMARK_CAPTURE(BM_OpensslReused, SHA_1, "SCRAM-SHA-1");
BENCHMARK_CAPTURE(BM_OpensslOneShot, SHA_1, "SCRAM-SHA-1");
// GNU SASL has no SCRAM-SHA-512.
BENCHMARK_CAPTURE(BM_Sallyport, SHA_512, "SCRAM-SHA-512");
BENCHMARK_CAPTURE(BM_OpensslReused, SHA_512, "SCRAM-SHA-512");
BENCHMARK_CAPTURE(BM_OpensslOneShot, SHA_512, "SCRAM-SHA-512");
BENCHMARK_CAPTURE(BM_Sallyport, SHA_256_PLUS, "SCRAM-SHA-256-PLUS");
BENCHMARK_CAPTURE(BM_Sallyport, SHA_1_PLUS, "SCRAM-SHA-1-PLUS");
BENCHMARK_CAPTURE(BM_Sallyport, SHA_512_PLUS, "SCRAM-SHA-512-PLUS");

// Sleeps until it is told to stop.
void Idle(std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait(lock, stop, [] { return false; });
}

}  // namespace
}  // namespace sallyport

int main(int argc, char** argv) {
  // A second thread: alone, the first would count its references without the
  // atomic operations that they cost the service.
  const std::jthread idle(&sallyport::Idle);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
