#include "gateway/broker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "gateway/tls_context.h"
#include "process/file.h"

namespace sallyport::gateway {
namespace {

constexpr size_t kMaxFileSize = 1u << 20;

absl::StatusOr<std::unique_ptr<CertificateMinter>> LoadMinter(const ExternalLoginConfig& config) {
  absl::StatusOr<std::string> certificate = process::ReadFile(config.ca_certificate, kMaxFileSize);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = process::ReadFile(config.ca_key, kMaxFileSize);
  if (!key.ok()) return key.status();
  auto minter = CertificateMinter::Create({.ca_certificate = *certificate,
                                           .ca_key = *key,
                                           .lifetime = config.lifetime,
                                           .cache_size = config.cache_size});
  Wipe(&*key);
  if (minter.ok()) return minter;
  return absl::Status(
      minter.status().code(),
      absl::StrCat(config.ca_certificate, " and ", config.ca_key, ": ", minter.status().message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Broker>> LoadBroker(BrokerConfig config) {
  auto broker = std::make_unique<Broker>();
  if (config.tls.has_value()) {
    absl::StatusOr<SslContextPtr> tls = MakeBrokerTls(*config.tls);
    if (!tls.ok()) return tls.status();
    broker->tls = *std::move(tls);
  }
  if (config.login == BrokerLogin::kExternal) {
    auto minter = LoadMinter(config.external);
    if (!minter.ok()) return minter.status();
    broker->minter = *std::move(minter);
  }
  if (config.login == BrokerLogin::kAccount) {
    auto account = ServiceAccount::Load(config.account);
    if (!account.ok()) return account.status();
    broker->account = *std::move(account);
  }
  broker->config = std::move(config);
  return broker;
}

}  // namespace sallyport::gateway
