#ifndef SALLYPORT_CORE_SASL_EXTERNAL_CERTIFICATE_NAME_H_
#define SALLYPORT_CORE_SASL_EXTERNAL_CERTIFICATE_NAME_H_

// The name in a client's certificate (RFC 5280). Trust is not its matter: the
// broker has verified the certificate. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "core/sasl/server_mechanism.h"

namespace sallyport {

// CertificateName is the one name of the kind asked for in `der`: the subject's
// common name, or the subject alternative name of that type. nullopt where there
// is none or more than one, where it is empty or contains NUL, where it is to be a
// SPIFFE ID and is not, and where `der` is not exactly one certificate.
std::optional<std::string> CertificateName(std::string_view der, CertificateIdentity kind);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_EXTERNAL_CERTIFICATE_NAME_H_
