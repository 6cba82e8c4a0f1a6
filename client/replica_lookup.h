#ifndef SALLYPORT_CLIENT_REPLICA_LOOKUP_H_
#define SALLYPORT_CLIENT_REPLICA_LOOKUP_H_

// Where the service's replicas are: the addresses that its target lists, or those that
// its name has at the time. gRPC would resolve a name as well, but always connect to the
// first address that answers: all brokers to one replica where the order is fixed, and
// back to the one that has just said that it is draining. So the SDK asks itself, and
// gives each channel one address.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/authenticator.h"

namespace sallyport::client {

class ReplicaLookup {
 public:
  // Addresses are gRPC targets of one address each; never none.
  using Addresses = absl::StatusOr<std::vector<std::string>>;
  using Done = std::function<void(Addresses)>;

  explicit ReplicaLookup(const AuthenticatorOptions& options);

  // Ask calls `done` once: before it returns where the target says it all, else from a
  // thread of its own, which may take as long as the system's resolver does, also after
  // the lookup is gone.
  void Ask(Done done) const;

  // authority is what the service is called, to HTTP/2 and to TLS; empty: as gRPC has it
  // from the address.
  const std::string& authority() const { return authority_; }

 private:
  void ReadTarget(const std::string& target);

  std::string authority_;
  // One of the two is set.
  std::vector<std::string> addresses_;
  std::function<Addresses()> find_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REPLICA_LOOKUP_H_
