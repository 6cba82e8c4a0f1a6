#ifndef SALLYPORT_SERVER_LOGIN_HANDSHAKE_HOST_H_
#define SALLYPORT_SERVER_LOGIN_HANDSHAKE_HOST_H_

// What the handshakes of every stream share. It outlives the streams.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/crypto/random_source.h"
#include "server/audit/audit_log.h"
#include "server/login/credential_upgrader.h"
#include "server/login/derivation_pool.h"
#include "server/login/handshake_ids.h"
#include "server/login/session_cache.h"
#include "server/policy/policy_source.h"
#include "server/resume/resume_tokens.h"
#include "server/telemetry/login_metrics.h"

namespace sallyport::server {

// HandshakeQuotas bound what brokers may ask for at once.
struct HandshakeQuotas {
  // Handshakes on one stream, and on all of them: over either, a new one ends
  // with sys-temp.
  size_t max_handshakes_per_stream = 20'000;
  size_t max_handshakes = 200'000;
  // Over it, a new stream is refused with RESOURCE_EXHAUSTED; and so is an
  // Exchange call where as many wait for their start.
  size_t max_streams = 1'000;
  // How long one handshake may take, unless policy gives it less.
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(30);
  // While a stream's unsent responses take more, in bytes, it is not read.
  size_t max_unsent_bytes = 8u << 20;
};

struct HandshakeHost {
  PolicySource& policies;
  DerivationPool& derivations;
  RandomSource& random;
  HandshakeIds& ids;
  ResumeTokens& resume;
  AuditLog& audit;
  LoginMetrics& metrics;
  HandshakeQuotas quotas;
  // TimeoutOf is how long a handshake may take.
  std::chrono::nanoseconds TimeoutOf(const policy::LoginPolicy& login) const {
    return std::min<std::chrono::nanoseconds>(quotas.handshake_timeout,
                                              absl::ToChronoNanoseconds(login.handshake_timeout()));
  }

  CredentialUpgrader upgrader{derivations, audit};
  SessionCache sessions{SessionCache::Options()};
  std::atomic<bool> draining = false;
  std::atomic<size_t> live_handshakes = 0;
  // Exchange calls whose start has not come.
  std::atomic<size_t> unstarted_exchanges = 0;
  // Inputs for connections that were not live: mostly those that crossed an
  // outcome.
  std::atomic<uint64_t> dropped_inputs = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_HANDSHAKE_HOST_H_
