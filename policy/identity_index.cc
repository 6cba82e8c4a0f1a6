#include "policy/identity_index.h"

namespace sallyport::policy {

std::optional<IdentityIndex::Found> IdentityIndex::Find(const BrokerIdentity& identity) const {
  if (!identity.has_certificate) return std::nullopt;
  for (const std::string& uri : identity.uris) {
    if (const auto found = uris_.Find(uri)) return Found{*found, uri};
  }
  for (const std::string& name : identity.dns_names) {
    if (const auto found = dns_names_.Find(name)) return Found{*found, name};
  }
  return std::nullopt;
}

}  // namespace sallyport::policy
