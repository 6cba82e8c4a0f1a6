#include "server/telemetry/certificate_expiry.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "process/file.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// OpenSSL would otherwise ask for a passphrase on the terminal.
int RefusePassphrase(char*, int, int, void*) { return -1; }

std::optional<absl::Time> NotAfter(const X509* certificate) {
  tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
  return absl::FromTimeT(timegm(&parts));
}

}  // namespace

absl::StatusOr<absl::Time> CertificateExpiry(const std::string& path, bool all) {
  const auto pem = process::ReadFile(path, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())), BIO_free);
  std::optional<absl::Time> first;
  while (const auto certificate = Certificate(
             PEM_read_bio_X509(bio.get(), nullptr, RefusePassphrase, nullptr), X509_free)) {
    const auto expires_at = NotAfter(certificate.get());
    if (expires_at) first = std::min(first.value_or(absl::InfiniteFuture()), *expires_at);
    if (!all) break;
  }
  // The end of the file is an error to OpenSSL.
  ERR_clear_error();
  if (!first) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no certificate in PEM form in it"));
  }
  return *first;
}

}  // namespace sallyport::server
