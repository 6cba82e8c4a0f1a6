#ifndef SALLYPORT_CLIENT_HANDSHAKE_TYPES_H_
#define SALLYPORT_CLIENT_HANDSHAKE_TYPES_H_

// What a broker tells the service of a client's connection, and what it hears
// of it in the end: the SDK's own types, so that a broker's code sees neither
// gRPC nor protobuf. They mirror sallyport.v1.ConnectionContext and Outcome.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/amqp/sasl_code.h"
#include "core/sasl/channel_binding.h"
#include "core/sasl/failure_reason.h"

namespace sallyport::client {

// TlsFacts describe the client's TLS connection, which the broker terminated.
struct TlsFacts {
  std::string server_name;
  std::string version;
  std::string cipher;
  // DER of the leaf, verified by the broker; empty: none.
  std::string peer_certificate;
  std::vector<ChannelBinding> channel_bindings;
};

struct ConnectionFacts {
  // The broker's listener, as policy names it.
  std::string listener;
  // "ip:port"
  std::string remote_address;
  std::string local_address;
  // Absent: not encrypted.
  std::optional<TlsFacts> tls;
  // W3C trace context of this connection; may be empty.
  std::string traceparent;
};

// AuthenticatedIdentity says who the client is. See sallyport.v1.Identity.
struct AuthenticatedIdentity {
  std::string authentication_id;
  std::string authorization_id;
  std::string mechanism;
  std::string tenant;
  std::string store;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  std::optional<absl::Time> expires_at;
  bool channel_bound = false;
};

// Outcome is how a handshake ended. `identity` is set if and only if `code` is
// kOk, `reason` if and only if it is not.
struct Outcome {
  amqp::SaslCode code = amqp::SaslCode::kSys;
  std::optional<AuthenticatedIdentity> identity;
  std::optional<FailureReason> reason;
  // A sentence for the broker's log; never a secret.
  std::string detail;
  // What the client named in sasl-init.
  std::string hostname;
  // The id in the service's log; empty where the service was never reached.
  std::string handshake_id;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_HANDSHAKE_TYPES_H_
