#ifndef SALLYPORT_CLIENT_AUTHENTICATOR_H_
#define SALLYPORT_CLIENT_AUTHENTICATOR_H_

// The broker's side of Sallyport: runs the SASL handshakes of a broker's client
// connections against the central service. An Authenticator multiplexes any
// number of connections over few long-lived gRPC streams, gathers what they
// write, reconnects with back-off, bounds what it queues, and gives every
// connection an outcome: sys-temp where the service cannot be reached, which
// the client, too, is then told by a sasl-outcome.
//
//   auto authenticator = client::Authenticator::Create(options);
//   auto handshake = (*authenticator)->Open(facts, observer);
//   handshake->Receive(bytes_from_the_client);   // as they come
//   ... observer->OnSend(bytes) ... observer->OnOutcome(outcome, rest)
//
// Thread-safe. Destroying the Authenticator ends every open handshake with
// sys-temp and waits for callbacks that are running; it must not be destroyed
// from one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/handshake_types.h"

namespace sallyport::client {

// AuthenticatorTls are PEM file paths for the connection to the service. They are
// read in Create, and again for each new stream: a replaced file is used then.
struct AuthenticatorTls {
  // Trusted roots; empty: the system's.
  std::string ca_file;
  // For mutual TLS; both or neither.
  std::string certificate_file;
  std::string key_file;
  // Empty: the name in the target.
  std::string expected_server_name;
};

struct AuthenticatorOptions {
  // A gRPC target: "host:port", "dns:///host:port", "ipv4:...", "unix:/path". Where it
  // is a name of several addresses, or lists several, they are taken for replicas that
  // streams are spread over.
  std::string target;
  // Where the replicas are, as gRPC targets of one address each, in place of what the
  // target says. Asked before each new stream, on a thread of its own, where it may block;
  // also when the Authenticator is gone. Null: the target says it.
  std::function<absl::StatusOr<std::vector<std::string>>()> find_replicas;
  // Absent: no encryption.
  std::optional<AuthenticatorTls> tls;
  // Streams, each on a channel of its own; a second and further one is opened
  // when those there are busy.
  int max_streams = 2;
  // After this time at most, a stream makes way for a new one, for which the target is
  // resolved and the credentials are read anew: so streams reach new replicas, and new
  // certificates are used. Up to a fifth less, so that a fleet's streams do not move at
  // once. Infinite: streams stay.
  absl::Duration max_stream_age = absl::Minutes(10);
  // The longest that a busy stream waits to gather more before it writes. Zero
  // turns gathering by time off; natural batching stays.
  absl::Duration max_gather_window = absl::Microseconds(200);
  // Have handshakes that the service has begun go on on another stream or replica
  // when theirs is lost. It costs the service a seal for each step.
  bool resume = true;
  // How long a handshake may wait for a stream before it ends with sys-temp,
  // and how long one may take altogether.
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration handshake_timeout = absl::Seconds(35);
  absl::Duration min_backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(5);
  // Over these, a new handshake ends at once with sys-temp (overloaded). Bytes
  // are those that the service has not consumed, and what waits to be written.
  size_t max_open_handshakes = 100'000;
  size_t max_queued_bytes = 64u << 20;
};

// HandshakeObserver hears of one handshake. It is called on the SDK's threads
// (and on the one that destroys the Authenticator), never for one handshake from
// two threads at once, and under no lock: it may call Receive and Open, and
// destroy the handle. It must not block: it would hold up other handshakes.
class HandshakeObserver {
 public:
  virtual ~HandshakeObserver() = default;

  // OnSend hands over bytes to be written to the client, valid for the call.
  virtual void OnSend(std::string_view bytes) = 0;

  // OnOutcome is the last call. `rest` is what the client sent behind the
  // handshake, the next layer's first bytes; empty unless the client is in.
  virtual void OnOutcome(Outcome outcome, std::string rest) = 0;
};

// Handshake is a broker's handle on one. Its calls may be made from any thread,
// one at a time. Destroying it before the outcome tells the service to forget
// the handshake; no callback begins afterwards. Destroying it waits for a
// callback that runs on another thread, so it must not be done under a lock that
// the observer takes. It may outlive the Authenticator.
class Handshake {
 public:
  virtual ~Handshake() = default;

  // Receive forwards bytes read from the client, split anyhow. After the
  // outcome it returns false and takes nothing: the bytes are the next layer's,
  // behind OnOutcome's `rest`, which may still be on its way. Bytes over
  // max_queued_bytes, or 16 MiB that the service has not consumed, end the
  // handshake with sys-temp (overloaded).
  virtual bool Receive(std::string_view bytes) = 0;
};

// AuthenticatorStats count what was written to the service so far: how many
// inputs share a request says how well batching works.
struct AuthenticatorStats {
  uint64_t requests = 0;
  uint64_t inputs = 0;
  // Handshakes that were handed on to another stream.
  uint64_t resumes = 0;
  // Streams that reached a server.
  uint64_t streams = 0;
};

class Authenticator {
 public:
  // Create fails with InvalidArgument for options that cannot work (an
  // unreadable certificate, a missing target). It does not wait for the service.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(AuthenticatorOptions options);

  virtual ~Authenticator() = default;

  // Open begins a handshake, at accept: the service answers with its header and
  // mechanisms without waiting for the client's bytes. `observer` is kept until
  // the outcome, or until the handle is destroyed. It may be called before Open
  // returns.
  virtual std::unique_ptr<Handshake> Open(ConnectionFacts facts,
                                          std::shared_ptr<HandshakeObserver> observer) = 0;

  virtual AuthenticatorStats stats() const = 0;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_AUTHENTICATOR_H_
