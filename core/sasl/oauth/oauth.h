#ifndef SALLYPORT_CORE_SASL_OAUTH_OAUTH_H_
#define SALLYPORT_CORE_SASL_OAUTH_OAUTH_H_

// OAUTHBEARER (RFC 7628) and XOAUTH2, its forerunner: a bearer token vouches for
// the client. The mechanism only reads the message; the host judges the token, and
// says whose it is.

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// OauthForm is one of the two mechanisms.
enum class OauthForm : uint8_t { kOauthBearer, kXoauth2 };

// CreateOauthServer makes the server's side.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateOauthServer(
    OauthForm form, const ServerMechanismContext& context);

// CreateOauthClient makes the client's side, which names the user that it means to
// log in as, if it was told one. InvalidArgument where the token is empty, too long
// or no b64token, where a name is not UTF-8, over 1024 bytes or has control
// characters, where host or port cannot be, and where XOAUTH2 is to carry an
// authorization id.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateOauthClient(
    OauthForm form, const ClientMechanismContext& context);

// kOauthBearerClientParameters: where the client has connected to; "host" is the
// context's server_name unless given, "port" is not sent unless given.
inline constexpr KnownParameter kOauthBearerClientParameters[] = {{"host"}, {"port"}};

// kOauthBearer declares OAUTHBEARER to the registry.
inline constexpr MechanismDescriptor kOauthBearer = {
    .name = "OAUTHBEARER",
    .client_first = ClientFirst::kRequired,
    .supports_authzid = true,
    .exposes_secret = true,
    .needs_token = true,
    .client_parameters = kOauthBearerClientParameters,
    .create_server =
        [](const ServerMechanismContext& context) {
          return CreateOauthServer(OauthForm::kOauthBearer, context);
        },
    .create_client =
        [](const ClientMechanismContext& context) {
          return CreateOauthClient(OauthForm::kOauthBearer, context);
        },
};

// kXoauth2 declares XOAUTH2 to the registry.
inline constexpr MechanismDescriptor kXoauth2 = {
    .name = "XOAUTH2",
    .client_first = ClientFirst::kRequired,
    .exposes_secret = true,
    .needs_token = true,
    .create_server =
        [](const ServerMechanismContext& context) {
          return CreateOauthServer(OauthForm::kXoauth2, context);
        },
    .create_client =
        [](const ClientMechanismContext& context) {
          return CreateOauthClient(OauthForm::kXoauth2, context);
        },
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_OAUTH_OAUTH_H_
