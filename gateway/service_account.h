#ifndef SALLYPORT_GATEWAY_SERVICE_ACCOUNT_H_
#define SALLYPORT_GATEWAY_SERVICE_ACCOUNT_H_

// The account by which the gateway logs every client in to the broker: what its
// configuration names, loaded and checked. Thread-safe.

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"
#include "core/handshake/client_handshake.h"
#include "gateway/gateway_config.h"
#include "gateway/openssl_types.h"
#include "gateway/salted_passwords.h"
#include "gateway/slow_work.h"

namespace sallyport::gateway {

class ServiceAccount {
 public:
  // Load reads the files, and makes each mechanism once, so that what cannot work
  // is told at once: InvalidArgument, or as process::ReadFile does. The message
  // names the file or the mechanism, and the cause.
  static absl::StatusOr<std::unique_ptr<ServiceAccount>> Load(AccountLoginConfig config);

  // has_token is whether each login begins with ReadToken.
  bool has_token() const { return !config_.token_file.empty(); }

  // ReadToken reads the file anew, since tokens expire. It may block. It fails as
  // Load does.
  absl::StatusOr<Secret> ReadToken() const;

  // HandshakeOptions are for one login over `tls`, which is null where the
  // connection is not encrypted.
  ClientHandshake::Options HandshakeOptions(SSL* tls, Secret token) const;

  // Recall answers `work` where that takes no time; nullopt: call Derive, which
  // may block.
  std::optional<DerivationAnswer> Recall(const KeyDerivation& work) const;
  DerivationAnswer Derive(const KeyDerivation& work);

  // slow_work is where ReadToken and Derive are to be called.
  SlowWork& slow_work() { return *slow_work_; }

 private:
  ServiceAccount(AccountLoginConfig config, Secret password, std::unique_ptr<SlowWork> slow_work);

  absl::Status TryMechanisms() const;

  const AccountLoginConfig config_;
  const Secret password_;
  const bool binds_;
  SaltedPasswords salted_passwords_;
  // Ends first.
  const std::unique_ptr<SlowWork> slow_work_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_SERVICE_ACCOUNT_H_
