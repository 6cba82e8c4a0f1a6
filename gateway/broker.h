#ifndef SALLYPORT_GATEWAY_BROKER_H_
#define SALLYPORT_GATEWAY_BROKER_H_

// The broker behind the gateway: what its configuration names, loaded and
// checked. Immutable but for the minter's cache; thread-safe.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "gateway/certificate_minter.h"
#include "gateway/gateway_config.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

struct Broker {
  BrokerConfig config;
  // Null: not encrypted.
  SslContextPtr tls;
  // Null unless the login is external.
  std::unique_ptr<CertificateMinter> minter;
  // Empty unless the login is plain.
  Secret password;
};

// LoadBroker fails with InvalidArgument, or as process::ReadFile does; the
// message names the file and the cause.
absl::StatusOr<std::unique_ptr<Broker>> LoadBroker(BrokerConfig config);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_BROKER_H_
