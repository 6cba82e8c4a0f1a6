#ifndef SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_ERROR_H_
#define SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_ERROR_H_

// What went wrong in a call into the Kerberos library, for whoever has to put it
// right. Thread-safe, but for the library's own words, which are those of the
// calling thread's last call.

#include <string>

#include "core/sasl/gssapi/gss_handle.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// AcquireFailure is for a server that cannot have its keys: kMisconfigured, or
// kOverloaded.
Failure AcquireFailure(GssStatus status);

// AcceptFailure is for a server whose library did not accept the client's token:
// kMalformedMessage or kKerberosRefused, and kMisconfigured or kOverloaded where
// the fault is ours.
Failure AcceptFailure(GssStatus status);

// ServerFaultIn is for a client whose library did not accept the server's token: a
// static sentence.
const char* ServerFaultIn(GssStatus status);

// KerberosText is the library's own words, which may name principals and files.
std::string KerberosText(GssStatus status);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_KERBEROS_ERROR_H_
