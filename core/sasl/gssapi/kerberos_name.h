#ifndef SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_NAME_H_
#define SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_NAME_H_

// From a Kerberos principal to the name of an account. The rule is ours alone: the
// machine's auth_to_local rules have no part in it. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// AccountNameOf is what the account of `principal`, in the form that Kerberos
// shows it ("alice@EXAMPLE.COM", "web/host@EXAMPLE.COM"), is called here: without
// its realm where that is `realm`, and whole otherwise. No two principals have the
// same. nullopt where a principal must not log in: a part of it is empty, holds a
// character that Kerberos escapes ('@', '/', '\' and control characters), or
// SASLprep would change or prohibit it, or it is one of the WELLKNOWN ones (RFC
// 6111), which stand for nobody.
std::optional<std::string> AccountNameOf(std::string_view principal, std::string_view realm);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_NAME_H_
