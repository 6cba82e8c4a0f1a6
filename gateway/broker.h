#ifndef SALLYPORT_GATEWAY_BROKER_H_
#define SALLYPORT_GATEWAY_BROKER_H_

// The broker behind the gateway: what its configuration names, loaded and
// checked. Immutable but for the caches in it; thread-safe.

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/certificate_minter.h"
#include "gateway/gateway_config.h"
#include "gateway/openssl_types.h"
#include "gateway/service_account.h"

namespace sallyport::gateway {

struct Broker {
  BrokerConfig config;
  // Null: not encrypted.
  SslContextPtr tls;
  // Null unless the login is external.
  std::unique_ptr<CertificateMinter> minter;
  // Null unless the login is by account.
  std::unique_ptr<ServiceAccount> account;
};

// LoadBroker fails with InvalidArgument, or as ServiceAccount::Load does; the
// message names the file and the cause.
absl::StatusOr<std::unique_ptr<Broker>> LoadBroker(BrokerConfig config);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_BROKER_H_
