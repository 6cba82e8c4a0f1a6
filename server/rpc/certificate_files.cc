#include "server/rpc/certificate_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "process/file.h"
#include "process/file_stamp.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;

// OpenSSL would otherwise ask for a passphrase on the terminal.
int RefusePassphrase(char*, int, int, void*) { return -1; }

Bio View(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The first of one or more certificates, none of them broken: of a file that is being
// written the end is missing.
absl::StatusOr<Certificate> ParseCertificates(const std::string& path, const std::string& pem) {
  const Bio bio = View(pem);
  ERR_clear_error();
  Certificate first(PEM_read_bio_X509(bio.get(), nullptr, RefusePassphrase, nullptr));
  if (first == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no certificate in PEM form in it"));
  }
  while (Certificate(PEM_read_bio_X509(bio.get(), nullptr, RefusePassphrase, nullptr))) {
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": a certificate in it is broken"));
  }
  return first;
}

absl::StatusOr<Key> ParseKey(const std::string& path, std::string_view pem) {
  const Bio bio = View(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": no private key in PEM form in it, without a passphrase"));
  }
  return key;
}

}  // namespace

absl::StatusOr<Certificates> ReadCertificates(const ServerTls& tls) {
  Certificates read;
  auto pem = process::ReadFile(tls.certificate_file, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  const auto certificate = ParseCertificates(tls.certificate_file, *pem);
  if (!certificate.ok()) return certificate.status();
  read.certificate = *std::move(pem);

  pem = process::ReadFile(tls.key_file, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  read.key = Secret(*pem);
  Wipe(&*pem);
  const auto key = ParseKey(tls.key_file, read.key.view());
  if (!key.ok()) return key.status();
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat(tls.key_file, ": not the key of the certificate in ", tls.certificate_file));
  }

  if (tls.client_ca_file.empty()) return read;
  pem = process::ReadFile(tls.client_ca_file, kMaxPemBytes);
  if (!pem.ok()) return pem.status();
  const auto authority = ParseCertificates(tls.client_ca_file, *pem);
  if (!authority.ok()) return authority.status();
  read.client_ca = *std::move(pem);
  return read;
}

std::optional<Certificates> CertificateFiles::Changed() {
  // Before they are read: what is written meanwhile is read the next time.
  std::string stamp = absl::StrCat(process::FileStamp(tls_.certificate_file), "\n",
                                   process::FileStamp(tls_.key_file), "\n",
                                   process::FileStamp(tls_.client_ca_file));
  if (stamp == stamp_) return std::nullopt;
  auto read = ReadCertificates(tls_);
  if (!read.ok()) {
    // What is wrong may pass without a change of the files, so they are read again.
    if (std::exchange(failure_, read.status()) != read.status()) {
      process::Log(process::LogLevel::kError, "TLS files not loaded: the old ones stay in use",
                   {{"error", read.status().message()}});
    }
    return std::nullopt;
  }
  failure_ = absl::OkStatus();
  stamp_ = std::move(stamp);
  process::Log(process::LogLevel::kInfo, "TLS files loaded",
               {{"certificate", tls_.certificate_file}});
  return *std::move(read);
}

}  // namespace sallyport::server
