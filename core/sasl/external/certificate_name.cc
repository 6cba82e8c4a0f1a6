#include "core/sasl/external/certificate_name.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <limits>
#include <memory>
#include <utility>

#include "core/sasl/external/spiffe_id.h"

namespace sallyport {
namespace {

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using X509Ptr = std::unique_ptr<X509, X509Deleter>;

struct GeneralNamesDeleter {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, GeneralNamesDeleter>;

X509Ptr ParseCertificate(std::string_view der) {
  if (der.size() > static_cast<size_t>(std::numeric_limits<long>::max())) return nullptr;
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = position + der.size();
  X509Ptr certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  return position == end ? std::move(certificate) : nullptr;
}

std::optional<std::string> CommonName(const X509& certificate) {
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0) {
    return std::nullopt;
  }
  const ASN1_STRING* const value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, value);
  if (length < 0) return std::nullopt;
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<size_t>(length));
  OPENSSL_free(utf8);
  return name;
}

std::optional<std::string> AlternativeName(const X509& certificate, int type) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return std::nullopt;
  std::optional<std::string> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != type) continue;
    if (found.has_value()) return std::nullopt;
    // The types asked for are all IA5String, in the same member of the union.
    const ASN1_STRING* const value = name->d.ia5;
    found.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                  static_cast<size_t>(ASN1_STRING_length(value)));
  }
  return found;
}

std::optional<std::string> NameOf(const X509& certificate, CertificateIdentity kind) {
  switch (kind) {
    case CertificateIdentity::kCommonName:
      return CommonName(certificate);
    case CertificateIdentity::kDnsName:
      return AlternativeName(certificate, GEN_DNS);
    case CertificateIdentity::kEmailAddress:
      return AlternativeName(certificate, GEN_EMAIL);
    case CertificateIdentity::kUri:
      return AlternativeName(certificate, GEN_URI);
    case CertificateIdentity::kSpiffeId: {
      std::optional<std::string> uri = AlternativeName(certificate, GEN_URI);
      return uri.has_value() && IsSpiffeId(*uri) ? std::move(uri) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> CertificateName(std::string_view der, CertificateIdentity kind) {
  std::optional<std::string> name;
  if (const X509Ptr certificate = ParseCertificate(der)) name = NameOf(*certificate, kind);
  // What a bad certificate leaves in the thread's queue would confuse its next
  // TLS call.
  ERR_clear_error();
  if (!name.has_value() || name->empty() || name->find('\0') != std::string::npos) {
    return std::nullopt;
  }
  return name;
}

}  // namespace sallyport
