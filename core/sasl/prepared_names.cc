#include "core/sasl/prepared_names.h"

#include <optional>
#include <string>
#include <utility>

#include "core/sasl/saslprep/saslprep.h"

namespace sallyport {
namespace {

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

}  // namespace

std::variant<Failure, CredentialQuery> PrepareNames(std::string_view authentication_id,
                                                    std::string_view authorization_id,
                                                    std::string_view mechanism, size_t max_size) {
  if (authentication_id.empty()) return Malformed("the authentication id is empty");
  return PrepareClaims(authentication_id, authorization_id, mechanism, max_size);
}

std::variant<Failure, CredentialQuery> PrepareClaims(std::string_view authentication_id,
                                                     std::string_view authorization_id,
                                                     std::string_view mechanism, size_t max_size) {
  if (authentication_id.size() > max_size || authorization_id.size() > max_size) {
    return Malformed("a name is too long");
  }
  std::optional<std::string> authcid = SaslPrepQuery(authentication_id);
  std::optional<std::string> authzid = SaslPrepQuery(authorization_id);
  if (!authcid.has_value() || !authzid.has_value()) {
    return Malformed("a name is not UTF-8, or SASLprep prohibits it");
  }
  if (authcid->empty() && !authentication_id.empty()) {
    return Malformed("the authentication id is empty once prepared");
  }
  if (authzid->empty() && !authorization_id.empty()) {
    return Malformed("the authorization id is empty once prepared");
  }
  if (*authzid == *authcid) authzid->clear();
  return CredentialQuery{*std::move(authcid), *std::move(authzid), mechanism};
}

Identity IdentityOf(CredentialQuery query, std::shared_ptr<const Account> account) {
  Identity identity;
  identity.authentication_id =
      account != nullptr ? account->authentication_id : std::move(query.authentication_id);
  identity.authorization_id = query.authorization_id.empty() ? identity.authentication_id
                                                             : std::move(query.authorization_id);
  identity.mechanism = query.mechanism;
  identity.account = std::move(account);
  return identity;
}

}  // namespace sallyport
