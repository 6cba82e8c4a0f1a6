#ifndef SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_H_
#define SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_H_

// GSSAPI (RFC 4752): the client shows a Kerberos 5 ticket for our service, and
// each side proves to the other that it holds the key inside. An account of the
// client's name must exist. Every call into the Kerberos library is a SlowStep.
//
// Of the security layers only "none" is offered, and only that is taken: a central
// service does not see the bytes that another would protect. As RFC 4752 has it
// there is no channel binding; one that a client sends is not looked at.

#include <array>
#include <memory>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateGssapiServer makes the server's side. Its keys are looked for once a client
// has sent its ticket: kMisconfigured where there are none. The parameter
// "mutual" overrules KerberosSettings::allow_one_way.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateGssapiServer(
    const ServerMechanismContext& context);

// CreateGssapiClient makes the client's side. It takes its ticket from the
// process's credential cache, that of authentication_id unless that is empty.
// InvalidArgument without a server_name, and where a name or a parameter cannot
// be used.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateGssapiClient(
    const ClientMechanismContext& context);

// kGssapiClientParameters: "service" is the server's, "amqp" unless given; "ccache"
// names the credential cache, and "keytab" a file with the client's own key, from
// which the cache is filled where that is empty. Both as MIT Kerberos writes them.
inline constexpr std::array<KnownParameter, 3> kGssapiClientParameters = {
    {{.name = "service"}, {.name = "ccache"}, {.name = "keytab"}}};

// kGssapi declares GSSAPI to the registry.
inline constexpr MechanismDescriptor kGssapi = {
    .name = "GSSAPI",
    .client_first = ClientFirst::kRequired,
    .supports_authzid = true,
    .mutual = true,
    .opt_in = true,
    .large_tokens = true,
    .client_parameters = kGssapiClientParameters,
    .create_server = &CreateGssapiServer,
    .create_client = &CreateGssapiClient,
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_GSSAPI_H_
