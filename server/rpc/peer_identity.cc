#include "server/rpc/peer_identity.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <memory>
#include <string>
#include <vector>

namespace sallyport::server {
namespace {

std::vector<std::string> Values(const grpc::AuthContext& context, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : context.FindPropertyValues(name)) {
    values.emplace_back(value.data(), value.size());
  }
  return values;
}

}  // namespace

policy::BrokerIdentity BrokerOf(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> proved = context.auth_context();
  if (proved == nullptr) return {};
  return {.has_certificate = !Values(*proved, GRPC_X509_PEM_CERT_PROPERTY_NAME).empty(),
          .dns_names = Values(*proved, GRPC_PEER_DNS_PROPERTY_NAME),
          .uris = Values(*proved, GRPC_PEER_URI_PROPERTY_NAME)};
}

}  // namespace sallyport::server
