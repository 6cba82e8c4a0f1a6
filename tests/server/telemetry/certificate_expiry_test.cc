#include "server/telemetry/certificate_expiry.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "tests/client/test_certificates.h"

namespace sallyport::server {
namespace {

using client::WriteFile;

// A certificate that is nobody's, and expires then.
std::string CertificateUntil(absl::Time time) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(time));
  X509_set_pubkey(certificate.get(), key.get());
  EXPECT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  EXPECT_EQ(PEM_write_bio_X509(bio.get(), certificate.get()), 1);
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio.get(), &data));
  return std::string(data, size);
}

// One is in the form of UTCTime, the others in that of GeneralizedTime.
const absl::Time kSoon = absl::FromUnixSeconds(2'000'000'000);
const absl::Time kLate = absl::FromUnixSeconds(4'000'000'000);
const absl::Time kLatest = absl::FromUnixSeconds(5'000'000'000);

TEST(CertificateExpiry, IsThatOfTheFirstCertificate) {
  const std::string path =
      WriteFile("chain.pem", CertificateUntil(kLate) + CertificateUntil(kSoon));
  const auto expiry = CertificateExpiry(path, /*all=*/false);
  ASSERT_TRUE(expiry.ok()) << expiry.status();
  EXPECT_EQ(*expiry, kLate);
}

TEST(CertificateExpiry, OfAuthoritiesIsThatOfTheFirstToExpire) {
  const std::string path =
      WriteFile("authorities.pem", "# ours\n" + CertificateUntil(kLate) + "\n" +
                                       CertificateUntil(kSoon) + CertificateUntil(kLatest));
  const auto expiry = CertificateExpiry(path, /*all=*/true);
  ASSERT_TRUE(expiry.ok()) << expiry.status();
  EXPECT_EQ(*expiry, kSoon);
}

TEST(CertificateExpiry, IsNotToldOfAFileWithoutACertificate) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      CertificateExpiry(WriteFile("none.pem", "no certificate\n"), true).status()));
  EXPECT_TRUE(absl::IsNotFound(CertificateExpiry("/nowhere/at-all.pem", false).status()));
}

}  // namespace
}  // namespace sallyport::server
