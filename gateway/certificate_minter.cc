#include "gateway/certificate_minter.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::gateway {
namespace {

// A broker whose clock is behind would refuse a certificate of this second.
constexpr absl::Duration kClockSkew = absl::Minutes(1);
constexpr size_t kSerialSize = 16;

template <typename T, typename Read>
T* ReadPem(const std::string& pem, Read read) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return nullptr;
  // Never asks the terminal for a passphrase.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return read(bio.get(), nullptr, no_passphrase, nullptr);
}

absl::Status LibraryError(const char* what) {
  return absl::InternalError(absl::StrCat(what, ": ", TakeOpenSslError()));
}

bool SetSerial(X509* certificate) {
  std::array<uint8_t, kSerialSize> bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetTimes(X509* certificate, absl::Time not_before, absl::Time not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(not_after)) != nullptr;
}

bool SetCommonName(X509* certificate, std::string_view identity) {
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                    MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(identity.data()),
                                    static_cast<int>(identity.size()), -1, 0) == 1;
}

bool IsValidAt(const X509* certificate, absl::Time now) {
  time_t when = absl::ToTimeT(now);
  return X509_cmp_time(X509_get0_notBefore(certificate), &when) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate), &when) > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateMinter>> CertificateMinter::Create(
    const Options& options) {
  std::unique_ptr<CertificateMinter> minter(new CertificateMinter);
  minter->lifetime_ = options.lifetime;
  minter->cache_size_ = options.cache_size;
  if (absl::Status status = minter->LoadAuthority(options); !status.ok()) return status;
  minter->key_.reset(EVP_EC_gen("P-256"));
  if (minter->key_ == nullptr) return LibraryError("cannot make a key");
  if (absl::Status status = minter->MakeExtensions(); !status.ok()) return status;
  return minter;
}

absl::Status CertificateMinter::LoadAuthority(const Options& options) {
  ca_.reset(ReadPem<X509>(options.ca_certificate, PEM_read_bio_X509));
  if (ca_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the authority's certificate cannot be read: ", TakeOpenSslError()));
  }
  ca_key_.reset(ReadPem<EVP_PKEY>(options.ca_key, PEM_read_bio_PrivateKey));
  if (ca_key_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the authority's key cannot be read: ", TakeOpenSslError()));
  }
  if (X509_check_private_key(ca_.get(), ca_key_.get()) != 1) {
    TakeOpenSslError();
    return absl::InvalidArgumentError("the authority's key is not that of its certificate");
  }
  if (X509_check_ca(ca_.get()) == 0) {
    return absl::InvalidArgumentError(
        "the authority's certificate may not sign others: its basic constraints or key usage "
        "say so");
  }
  int digest = NID_undef;
  if (EVP_PKEY_get_default_digest_nid(ca_key_.get(), &digest) > 0 && digest != NID_undef) {
    digest_ = EVP_sha256();
  }
  return absl::OkStatus();
}

absl::Status CertificateMinter::MakeExtensions() {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, ca_.get(), ca_.get(), nullptr, nullptr, 0);
  std::vector<std::pair<int, const char*>> wanted = {
      {NID_basic_constraints, "critical,CA:FALSE"},
      {NID_key_usage, "critical,digitalSignature"},
      {NID_ext_key_usage, "clientAuth"},
  };
  if (X509_get0_subject_key_id(ca_.get()) != nullptr) {
    // "always", since both certificates of the context above are the authority's.
    wanted.emplace_back(NID_authority_key_identifier, "keyid:always");
  }
  for (const auto& [nid, value] : wanted) {
    extensions_.emplace_back(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    if (extensions_.back() == nullptr) return LibraryError("cannot make an extension");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<X509>> CertificateMinter::Mint(std::string_view identity,
                                                              absl::Time now) const {
  CertificatePtr certificate(X509_new());
  X509* const raw = certificate.get();
  if (raw == nullptr || X509_set_version(raw, X509_VERSION_3) != 1 || !SetSerial(raw) ||
      X509_set_issuer_name(raw, X509_get_subject_name(ca_.get())) != 1 ||
      !SetTimes(raw, now - kClockSkew, now + lifetime_) || !SetCommonName(raw, identity) ||
      X509_set_pubkey(raw, key_.get()) != 1) {
    return LibraryError("cannot make a certificate");
  }
  for (const ExtensionPtr& extension : extensions_) {
    if (X509_add_ext(raw, extension.get(), -1) != 1) return LibraryError("cannot add an extension");
  }
  if (X509_sign(raw, ca_key_.get(), digest_) == 0) return LibraryError("cannot sign a certificate");
  return std::shared_ptr<X509>(certificate.release(), X509_free);
}

absl::StatusOr<std::shared_ptr<X509>> CertificateMinter::CertificateFor(std::string_view identity,
                                                                        absl::Time now) {
  if (absl::Status status = CheckCommonName(identity); !status.ok()) return status;
  if (std::shared_ptr<X509> cached = FindCached(identity, now)) return cached;
  if (!IsValidAt(ca_.get(), now)) {
    return absl::FailedPreconditionError(
        "the certificate of the authority that signs logins is expired, or not yet valid");
  }
  // Signed outside the lock: two threads may both sign for one identity, which is harmless.
  auto certificate = Mint(identity, now);
  if (certificate.ok()) Keep({std::string(identity), *certificate, now + lifetime_});
  return certificate;
}

std::shared_ptr<X509> CertificateMinter::FindCached(std::string_view identity, absl::Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_identity_.find(absl::string_view(identity.data(), identity.size()));
  if (found == by_identity_.end()) return nullptr;
  const std::list<Entry>::iterator entry = found->second;
  if (entry->expires_at - now < lifetime_ / 2) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->certificate;
}

void CertificateMinter::Keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  ++minted_;
  if (const auto found = by_identity_.find(entry.identity); found != by_identity_.end()) {
    const std::list<Entry>::iterator old = found->second;
    by_identity_.erase(found);
    entries_.erase(old);
  }
  entries_.push_front(std::move(entry));
  by_identity_.emplace(entries_.front().identity, entries_.begin());
  if (entries_.size() <= cache_size_) return;
  by_identity_.erase(entries_.back().identity);
  entries_.pop_back();
}

X509* CertificateMinter::intermediate() const {
  return X509_self_signed(ca_.get(), 0) == 1 ? nullptr : ca_.get();
}

size_t CertificateMinter::minted() const {
  const std::lock_guard lock(mutex_);
  return minted_;
}

}  // namespace sallyport::gateway
