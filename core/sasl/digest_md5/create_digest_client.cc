#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/sasl/digest_md5/digest_client.h"
#include "core/sasl/digest_md5/digest_directives.h"
#include "core/sasl/digest_md5/digest_md5.h"
#include "core/sasl/digest_md5/digest_nonce.h"

namespace sallyport {
namespace {

// A session of another login is not an error: the client begins anew.
std::optional<DigestSession> UsableSession(const Secret* bytes, const DigestLogin& login) {
  if (bytes == nullptr) return std::nullopt;
  std::optional<DigestSession> session = ParseDigestSession(bytes->view());
  if (!session.has_value() || session->digest_uri != login.digest_uri ||
      session->authentication_id != login.credentials.authentication_id ||
      session->nonce_count == std::numeric_limits<uint32_t>::max() ||
      (!login.realm.empty() && session->realm != login.realm)) {
    return std::nullopt;
  }
  return session;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateDigestMd5Client(
    const ClientMechanismContext& context) {
  auto prepared = PrepareCredentials(*context.credentials, kDigestMd5.name);
  if (!prepared.ok()) return prepared.status();
  auto cnonce = DigestNonceOf(context.parameters, *context.random);
  if (!cnonce.ok()) return cnonce.status();
  if (cnonce->empty()) return absl::InvalidArgumentError("DIGEST-MD5: there is no randomness");

  DigestLogin login;
  login.credentials = *std::move(prepared);
  login.cnonce = *std::move(cnonce);
  login.realm = FindParameter(context.parameters, "realm").value_or("");
  login.digest_uri = FindParameter(context.parameters, "service").value_or("amqp");
  login.digest_uri.append("/").append(context.server_name);
  if (!IsDigestText(login.credentials.authorization_id) || !IsDigestText(login.realm)) {
    return absl::InvalidArgumentError(
        "DIGEST-MD5: the authorization id and the realm must be without control characters");
  }
  if (!IsDigestUri(login.digest_uri)) {
    return absl::InvalidArgumentError(
        "DIGEST-MD5: it needs the server's name, in ASCII, and a service that is one word");
  }
  login.session = UsableSession(context.session, login);
  return std::make_unique<DigestClient>(std::move(login));
}

}  // namespace sallyport
