#ifndef SALLYPORT_GATEWAY_CERTIFICATE_MINTER_H_
#define SALLYPORT_GATEWAY_CERTIFICATE_MINTER_H_

// Mints the short-lived client certificates with which the gateway logs in to
// the broker as a client's authorization id (EXTERNAL, RFC 4422 appendix A; RFC
// 5280). All of them are for one EC P-256 key that is made when the process
// starts and is never written down: a new identity costs one signature (about
// 40 µs with an EC authority, 1 ms with RSA 2048), which an event thread can
// afford. Certificates are cached for each identity. Thread-safe.

#include <openssl/x509.h>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

// kMaxCommonNameLength is in characters (RFC 5280's ub-common-name).
inline constexpr size_t kMaxCommonNameLength = 64;

// CheckCommonName fails with InvalidArgument for an identity that cannot be a
// common name, or that a broker could read as another one: empty, over
// kMaxCommonNameLength, not UTF-8, or with a control character.
absl::Status CheckCommonName(std::string_view identity);

class CertificateMinter {
 public:
  struct Options {
    // PEM. The authority's certificate is the first in its text.
    std::string ca_certificate;
    std::string ca_key;
    absl::Duration lifetime = absl::Minutes(10);
    // The certificate that was asked for the longest ago makes room.
    size_t cache_size = 10'000;
  };

  // Create fails with InvalidArgument where the authority cannot be read, is not
  // one, or its key is not that of its certificate.
  static absl::StatusOr<std::unique_ptr<CertificateMinter>> Create(const Options& options);

  // CertificateFor returns a certificate for `identity` that is valid for at
  // least half of the lifetime from `now` on: a cached one, or a new one. It fails as
  // CheckCommonName does, and with FailedPrecondition where the authority is not
  // valid at `now`.
  absl::StatusOr<std::shared_ptr<X509>> CertificateFor(std::string_view identity, absl::Time now);

  // key is the private key of every certificate; it lives as long as the minter.
  EVP_PKEY* key() const { return key_.get(); }

  // intermediate is the authority's own certificate where it is not self-signed,
  // to be sent along; else null. It lives as long as the minter.
  X509* intermediate() const;

  // minted is how many certificates were signed so far.
  size_t minted() const;

 private:
  using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

  struct Entry {
    std::string identity;
    std::shared_ptr<X509> certificate;
    absl::Time expires_at;
  };

  CertificateMinter() = default;
  absl::Status LoadAuthority(const Options& options);
  absl::Status MakeExtensions();
  absl::StatusOr<std::shared_ptr<X509>> Mint(std::string_view identity, absl::Time now) const;
  std::shared_ptr<X509> FindCached(std::string_view identity, absl::Time now);
  void Keep(Entry entry);

  CertificatePtr ca_;
  KeyPtr ca_key_;
  KeyPtr key_;
  // Null for a key type that fixes its own (EdDSA).
  const EVP_MD* digest_ = nullptr;
  std::vector<ExtensionPtr> extensions_;
  absl::Duration lifetime_;
  size_t cache_size_ = 0;

  // Over what follows.
  mutable std::mutex mutex_;
  // Most recently asked for first.
  std::list<Entry> entries_;
  // The keys view the entries' identities.
  absl::flat_hash_map<absl::string_view, std::list<Entry>::iterator> by_identity_;
  size_t minted_ = 0;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_CERTIFICATE_MINTER_H_
