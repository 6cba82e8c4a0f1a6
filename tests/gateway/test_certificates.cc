#include "tests/gateway/test_certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <utility>
#include <vector>

namespace sallyport::gateway {
namespace {

std::string ContentOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

TestCertificate Make(const std::string& name, const TestCertificate* issuer,
                     const std::vector<std::pair<int, std::string>>& extensions) {
  static long serial = 0;
  TestCertificate made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  X509* const raw = made.certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), -3600);
  X509_gmtime_adj(X509_getm_notAfter(raw), 24 * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* const issuing = issuer == nullptr ? raw : issuer->certificate.get();
  X509_set_issuer_name(raw, X509_get_subject_name(issuing));
  X509_set_pubkey(raw, made.key.get());
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuing, raw, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(raw, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(raw, issuer == nullptr ? made.key.get() : issuer->key.get(), EVP_sha256());
  const BioPtr certificate(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate.get(), raw);
  made.certificate_pem = ContentOf(certificate.get());
  const BioPtr key(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.key_pem = ContentOf(key.get());
  return made;
}

}  // namespace

TestCertificate MakeTestAuthority(const std::string& name, const TestCertificate* issuer) {
  std::vector<std::pair<int, std::string>> extensions = {
      {NID_basic_constraints, "critical,CA:TRUE"},
      {NID_key_usage, "critical,keyCertSign,cRLSign"},
      {NID_subject_key_identifier, "hash"},
  };
  if (issuer != nullptr) extensions.emplace_back(NID_authority_key_identifier, "keyid");
  return Make(name, issuer, extensions);
}

TestCertificate MakeTestCertificate(const std::string& common_name, const TestCertificate& issuer) {
  return Make(common_name, &issuer,
              {{NID_basic_constraints, "critical,CA:FALSE"},
               {NID_subject_alt_name, "DNS:" + common_name + ",IP:127.0.0.1"}});
}

std::string WriteTestFile(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace sallyport::gateway
