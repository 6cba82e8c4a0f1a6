#include "gateway/certificate_minter.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <set>
#include <string>

#include "absl/time/clock.h"
#include "tests/gateway/test_certificates.h"

namespace sallyport::gateway {
namespace {

std::unique_ptr<CertificateMinter> MakeMinter(const TestCertificate& ca, size_t cache_size = 100) {
  auto minter = CertificateMinter::Create({.ca_certificate = ca.certificate_pem,
                                           .ca_key = ca.key_pem,
                                           .lifetime = absl::Minutes(10),
                                           .cache_size = cache_size});
  EXPECT_TRUE(minter.ok()) << minter.status();
  return *std::move(minter);
}

// The verdict of OpenSSL on `certificate` as a TLS client's, at `when`.
int VerifyAsClient(const TestCertificate& root, X509* certificate, absl::Time when,
                   X509* intermediate = nullptr) {
  const std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.certificate.get());
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  if (intermediate != nullptr) sk_X509_push(untrusted, intermediate);
  const std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>> context(
      X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate, untrusted);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(when));
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), X509_V_FLAG_X509_STRICT);
  X509_verify_cert(context.get());
  const int verdict = X509_STORE_CTX_get_error(context.get());
  sk_X509_free(untrusted);
  return verdict;
}

std::string CommonName(X509* certificate) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  EXPECT_EQ(X509_NAME_entry_count(name), 1);
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 0)));
  std::string result(reinterpret_cast<char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return result;
}

TEST(CertificateMinter, MintsAClientCertificateThatVerifies) {
  const TestCertificate ca = MakeTestAuthority("login authority");
  const auto minter = MakeMinter(ca);
  const absl::Time now = absl::Now();
  const auto certificate = minter->CertificateFor("alice@example.com", now);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  X509* const raw = certificate->get();
  EXPECT_EQ(CommonName(raw), "alice@example.com");
  EXPECT_EQ(X509_check_private_key(raw, minter->key()), 1);
  EXPECT_EQ(VerifyAsClient(ca, raw, now), X509_V_OK);
  EXPECT_EQ(X509_get_extended_key_usage(raw), uint32_t{XKU_SSL_CLIENT});
  EXPECT_EQ(X509_get_key_usage(raw), uint32_t{KU_DIGITAL_SIGNATURE});
  EXPECT_EQ(X509_check_ca(raw), 0);
}

TEST(CertificateMinter, CertificatesAreShortLived) {
  const TestCertificate ca = MakeTestAuthority("login authority");
  const auto minter = MakeMinter(ca);
  const absl::Time now = absl::Now();
  const auto certificate = minter->CertificateFor("alice", now);
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(VerifyAsClient(ca, certificate->get(), now - absl::Seconds(58)), X509_V_OK);
  EXPECT_EQ(VerifyAsClient(ca, certificate->get(), now - absl::Seconds(62)),
            X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(VerifyAsClient(ca, certificate->get(), now + absl::Minutes(9)), X509_V_OK);
  EXPECT_EQ(VerifyAsClient(ca, certificate->get(), now + absl::Minutes(11)),
            X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(CertificateMinter, ChainsThroughAnIntermediateAuthority) {
  const TestCertificate root = MakeTestAuthority("root");
  const TestCertificate ca = MakeTestAuthority("intermediate", &root);
  const auto minter = MakeMinter(ca);
  const auto certificate = minter->CertificateFor("alice", absl::Now());
  ASSERT_TRUE(certificate.ok());
  ASSERT_NE(minter->intermediate(), nullptr);
  EXPECT_EQ(VerifyAsClient(root, certificate->get(), absl::Now(), minter->intermediate()),
            X509_V_OK);
  EXPECT_EQ(MakeMinter(root)->intermediate(), nullptr);
}

TEST(CertificateMinter, SerialsAreRandom) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"));
  std::set<std::string> serials;
  for (int i = 0; i < 32; ++i) {
    const auto certificate = minter->CertificateFor("user" + std::to_string(i), absl::Now());
    ASSERT_TRUE(certificate.ok());
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate->get());
    EXPECT_EQ(ASN1_STRING_type(serial), V_ASN1_INTEGER) << "negative";
    EXPECT_LE(ASN1_STRING_length(serial), 16);
    serials.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                    static_cast<size_t>(ASN1_STRING_length(serial)));
  }
  EXPECT_EQ(serials.size(), 32u);
}

TEST(CertificateMinter, ServesACachedCertificateForHalfOfItsLife) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"));
  const absl::Time now = absl::Now();
  const auto first = minter->CertificateFor("alice", now);
  const auto again = minter->CertificateFor("alice", now + absl::Minutes(5));
  const auto late = minter->CertificateFor("alice", now + absl::Minutes(5) + absl::Seconds(1));
  ASSERT_TRUE(first.ok() && again.ok() && late.ok());
  EXPECT_EQ(first->get(), again->get());
  EXPECT_NE(first->get(), late->get());
  EXPECT_EQ(minter->minted(), 2u);
}

TEST(CertificateMinter, ForgetsTheIdentityThatWasAskedForTheLongestAgo) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"), 2);
  const absl::Time now = absl::Now();
  for (const char* identity : {"alice", "bob", "alice", "carol"}) {
    ASSERT_TRUE(minter->CertificateFor(identity, now).ok());
  }
  EXPECT_EQ(minter->minted(), 3u);
  ASSERT_TRUE(minter->CertificateFor("alice", now).ok());
  EXPECT_EQ(minter->minted(), 3u);
  ASSERT_TRUE(minter->CertificateFor("bob", now).ok());
  EXPECT_EQ(minter->minted(), 4u);
}

TEST(CertificateMinter, RefusesIdentitiesThatCannotBeCommonNames) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"));
  const std::vector<std::string> refused = {
      "",
      std::string("admin\0.example", 14),
      "two\nlines",
      "escape\x1b[0m",
      "delete\x7f",
      "c1\xc2\x85",
      "not utf-8 \xff",
      "overlong \xc0\xaf",
      std::string(65, 'a'),
  };
  for (const std::string& identity : refused) {
    const auto certificate = minter->CertificateFor(identity, absl::Now());
    EXPECT_EQ(certificate.status().code(), absl::StatusCode::kInvalidArgument) << identity;
  }
  EXPECT_EQ(minter->minted(), 0u);
}

TEST(CertificateMinter, CountsCharactersAndNotBytes) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"));
  std::string name;
  for (int i = 0; i < 64; ++i) name += "\xc3\xa9";
  const auto certificate = minter->CertificateFor(name, absl::Now());
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(CommonName(certificate->get()), name);
  EXPECT_FALSE(minter->CertificateFor(name + "x", absl::Now()).ok());
}

TEST(CertificateMinter, RefusesAnAuthorityThatIsNone) {
  const TestCertificate ca = MakeTestAuthority("login authority");
  const TestCertificate other = MakeTestAuthority("another");
  const TestCertificate leaf = MakeTestCertificate("leaf.example", ca);
  const auto code = [](const std::string& certificate, const std::string& key) {
    return CertificateMinter::Create({.ca_certificate = certificate, .ca_key = key})
        .status()
        .code();
  };
  EXPECT_EQ(code(ca.certificate_pem, other.key_pem), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(leaf.certificate_pem, leaf.key_pem), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("nonsense", ca.key_pem), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(ca.certificate_pem, "nonsense"), absl::StatusCode::kInvalidArgument);
}

TEST(CertificateMinter, RefusesToSignOnceTheAuthorityHasExpired) {
  const auto minter = MakeMinter(MakeTestAuthority("login authority"));
  const auto late = minter->CertificateFor("alice", absl::Now() + absl::Hours(25));
  EXPECT_EQ(late.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sallyport::gateway
