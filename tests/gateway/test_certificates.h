#ifndef SALLYPORT_TESTS_GATEWAY_TEST_CERTIFICATES_H_
#define SALLYPORT_TESTS_GATEWAY_TEST_CERTIFICATES_H_

// Certificate authorities and certificates for tests, made on the spot.

#include <string>

#include "gateway/openssl_types.h"

namespace sallyport::gateway {

struct TestCertificate {
  CertificatePtr certificate;
  KeyPtr key;
  std::string certificate_pem;
  std::string key_pem;
};

// MakeTestAuthority is self-signed unless there is an `issuer`.
TestCertificate MakeTestAuthority(const std::string& name, const TestCertificate* issuer = nullptr);

// MakeTestCertificate is for `common_name`, which is its DNS name as well; it is
// also good for 127.0.0.1.
TestCertificate MakeTestCertificate(const std::string& common_name, const TestCertificate& issuer);

// WriteTestFile writes a file into the test's own folder and returns its path.
std::string WriteTestFile(const std::string& name, const std::string& content);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_TESTS_GATEWAY_TEST_CERTIFICATES_H_
