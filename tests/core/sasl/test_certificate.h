#ifndef SALLYPORT_TESTS_CORE_SASL_TEST_CERTIFICATE_H_
#define SALLYPORT_TESTS_CORE_SASL_TEST_CERTIFICATE_H_

// Self-signed certificates with any names, made on the spot. In tests only.

#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// TestCertificate is the DER of a certificate with these common names (which may
// hold NULs) and, unless it is empty, this subject alternative name in OpenSSL's
// notation: "DNS:a.example,email:b@example". Empty, with a test failure, where
// OpenSSL refuses.
std::string TestCertificate(const std::vector<std::string>& common_names,
                            const std::string& alternative_names);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_TEST_CERTIFICATE_H_
