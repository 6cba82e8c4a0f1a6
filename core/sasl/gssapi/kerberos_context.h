#ifndef SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_CONTEXT_H_
#define SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_CONTEXT_H_

// A GSS-API context that is established, between two of its messages: not the
// library's object, but the token that the library writes it down as (RFC 2743
// section 2.2.8). So a mechanism holds no handle while it waits, and can be saved
// at any time. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/sasl/gssapi/gss_handle.h"
#include "core/sasl/mechanism_parameter.h"
#include "core/sasl/saved_state.h"

namespace sallyport {

// KerberosContext is what is known of an established context.
struct KerberosContext {
  // The library's token. It holds the session's key.
  Secret token;
  // Both as Kerberos shows principals, with their realms.
  std::string initiator;
  std::string acceptor;
  // GSS_C_MUTUAL_FLAG and the like.
  uint32_t flags = 0;
};

// WriteContext writes `context` down, which must be of the Kerberos mechanism
// itself; nullopt where it is not, where either name is not a principal's, or where
// the library fails.
std::optional<KerberosContext> WriteContext(GssContext context);

// ReadContext makes the library's object anew. Null where it cannot.
GssContext ReadContext(const Secret& token);

// WrapMessage protects `message`, and does not encrypt it; nullopt where the
// library fails.
std::optional<std::string> WrapMessage(const GssContext& context, std::string_view message);

// UnwrapMessage is the message in `token`; nullopt where that is not whole, not of
// this context, or not the next one.
std::optional<std::string> UnwrapMessage(const GssContext& context, std::string_view token);

// PropertiesOf are gssapi-initiator, gssapi-acceptor, gssapi-mechanism (an object
// identifier) and gssapi-flags (words).
MechanismProperties PropertiesOf(const KerberosContext& context);

// SaveContext writes what RestoreContext reads.
void SaveContext(const KerberosContext& context, StateWriter& state);
KerberosContext RestoreContext(StateReader& state);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_CONTEXT_H_
