#ifndef SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_TOKEN_H_
#define SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_TOKEN_H_

// What can be told of Kerberos's GSS-API tokens (RFC 4121) from their first bytes,
// before and beside what the library makes of them. Pure.

#include <string_view>

namespace sallyport {

// IsKerberosRequest is whether `token` is a Kerberos 5 AP-REQ in its usual frame
// (RFC 2743 section 3.1, RFC 4121 section 4.1), and nothing else that the library
// might take: no SPNEGO, no IAKERB, no bare AP-REQ of the DCE style. What is in it
// is the library's to judge.
bool IsKerberosRequest(std::string_view token);

// IsUnderAcceptorSubkey is whether `token` is a wrapped message that its sender
// says to have protected with the key that the server chose for this exchange
// (RFC 4121 section 4.2.2). It is for the library to say that this is true.
bool IsUnderAcceptorSubkey(std::string_view token);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_TOKEN_H_
