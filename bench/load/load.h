#ifndef SALLYPORT_BENCH_LOAD_LOAD_H_
#define SALLYPORT_BENCH_LOAD_LOAD_H_

// Keeps a number of logins going against a service, and measures them.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/authenticator.h"
#include "core/credentials/secret.h"
#include "core/handshake/client_handshake.h"

namespace sallyport::bench {

struct LoadOptions {
  client::AuthenticatorOptions service;
  // What is true of each login; `client` without its user and secrets.
  client::ConnectionFacts connection;
  ClientHandshake::Options client;
  // "canned" in place of a mechanism sends fixed bytes of the same sizes, for a
  // service that answers likewise: what gRPC and the SDK cost by themselves.
  bool canned = false;
  // Users are named PREFIX0, PREFIX1, ... and share a password, but each has a token
  // of its own: as many as there are users, or none. A mechanism that needs neither
  // is told no name.
  std::string user_prefix = "bench-";
  int users = 1;
  Secret password;
  std::vector<Secret> tokens;
  int concurrency = 1;
  std::chrono::milliseconds warm_up{1'000};
  std::chrono::milliseconds duration{5'000};
  // Whose CPU time is to be measured; 0: nobody's.
  pid_t service_pid = 0;
};

struct LoadResult {
  uint64_t accepted = 0;
  uint64_t refused = 0;
  // Of the first that was refused.
  std::string first_refusal;
  double per_second = 0;
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds p99{0};
  std::chrono::nanoseconds service_cpu_per_login{0};
  // gRPC messages that the SDK wrote for each login: below 1 where it batches.
  double requests_per_login = 0;
};

// RunLoad keeps `concurrency` logins going for the warm-up and the duration, and
// reports on the latter.
absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options);

struct HoldResult {
  int held = 0;
  // Of the service's own memory, for each handshake beyond the first 1,000.
  double bytes_per_handshake = 0;
};

// MeasureHeld opens 1,000 handshakes and then up to `total`, each stopped behind
// the server's challenge, and compares the service's memory.
absl::StatusOr<HoldResult> MeasureHeld(const LoadOptions& options, int total);

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_LOAD_H_
