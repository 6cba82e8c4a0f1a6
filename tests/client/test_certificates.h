#ifndef SALLYPORT_TESTS_CLIENT_TEST_CERTIFICATES_H_
#define SALLYPORT_TESTS_CLIENT_TEST_CERTIFICATES_H_

// A certificate authority that lives as long as a test, and what it signs.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace sallyport::client {

struct PemPair {
  std::string certificate;
  std::string key;
};

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();

  // The authority's own certificate, in PEM.
  const std::string& certificate() const { return pem_; }

  // Issue signs a certificate of a new key for the DNS name, the IPv4 address or the URI
  // `name`.
  PemPair Issue(const std::string& name) const;

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  std::string pem_;
};

// WriteFile writes `content` to a file of the test's folder, and returns its path.
std::string WriteFile(const std::string& name, const std::string& content);

}  // namespace sallyport::client

#endif  // SALLYPORT_TESTS_CLIENT_TEST_CERTIFICATES_H_
