#ifndef SALLYPORT_BENCH_MICRO_SCRAM_USER_H_
#define SALLYPORT_BENCH_MICRO_SCRAM_USER_H_

// The user whom scram_benchmark logs in, and the client's side of each login:
// none of it is measured. The password is salted once, so that a login costs the
// client a few digests. Immutable but for the clients that it makes.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/credentials/account.h"
#include "core/sasl/channel_binding.h"
#include "core/sasl/client_mechanism.h"

namespace sallyport {

// ScramUser is one account, with stored keys for one mechanism.
class ScramUser {
 public:
  // `mechanism` is one of SCRAM's names in the registry. Aborts if it cannot be
  // had, as do the functions below.
  explicit ScramUser(std::string_view mechanism);
  ScramUser(const ScramUser&) = delete;
  ScramUser& operator=(const ScramUser&) = delete;

  std::string_view mechanism() const { return mechanism_; }
  const std::shared_ptr<const Account>& account() const { return account_; }

  // keys are the account's only credential.
  const ScramKeys& keys() const;

  // channel_bindings are the connection's: none unless the mechanism is a -PLUS one.
  const std::vector<ChannelBinding>& channel_bindings() const { return bindings_; }

  // NewClient makes a client with a nonce of its own; the user must outlive it.
  std::unique_ptr<ClientMechanism> NewClient() const;

  // Answer is what the client says to `challenge`, which is null at first; empty
  // where it does not trust the server.
  std::string Answer(ClientMechanism& client, const std::string* challenge) const;

 private:
  const std::string_view mechanism_;
  std::vector<ChannelBinding> bindings_;
  ClientCredentials credentials_;
  ClientMechanismContext context_;
  std::shared_ptr<const Account> account_;
  Secret salted_password_;
};

}  // namespace sallyport

#endif  // SALLYPORT_BENCH_MICRO_SCRAM_USER_H_
