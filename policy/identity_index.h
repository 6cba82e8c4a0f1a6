#ifndef SALLYPORT_POLICY_IDENTITY_INDEX_H_
#define SALLYPORT_POLICY_IDENTITY_INDEX_H_

// Finds what the holder of a certificate is assigned to, by the certificate's subject
// alternative names. Immutable once filled; then thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/name_index.h"

namespace sallyport::policy {

// BrokerIdentity is what the transport has proved of a broker.
struct BrokerIdentity {
  // Whether it showed a certificate that its transport verified.
  bool has_certificate = false;
  // The certificate's subject alternative names.
  std::vector<std::string> dns_names;
  std::vector<std::string> uris;
};

// IdentityIndex knows DNS names ("*.example.com" is every one below), and, with a colon
// in them, URIs ("spiffe://example/admin/*" is every one that begins so).
class IdentityIndex {
 public:
  // Found is what the first of a certificate's names that is known is assigned to.
  struct Found {
    uint32_t value = 0;
    // The certificate's.
    std::string name;
  };

  // Problem says why `pattern` is none: null where it is one.
  const char* Problem(std::string_view pattern) const { return NamesOf(pattern).Problem(pattern); }

  // Add is as NameIndex's.
  std::optional<uint32_t> Add(std::string_view pattern, uint32_t value) {
    return NamesOf(pattern).Add(pattern, value);
  }

  // Find knows nobody without a certificate.
  std::optional<Found> Find(const BrokerIdentity& identity) const;

  bool empty() const { return dns_names_.empty() && uris_.empty(); }

 private:
  static bool IsUri(std::string_view pattern) { return pattern.find(':') != pattern.npos; }
  const NameIndex& NamesOf(std::string_view pattern) const {
    return IsUri(pattern) ? uris_ : dns_names_;
  }
  NameIndex& NamesOf(std::string_view pattern) { return IsUri(pattern) ? uris_ : dns_names_; }

  NameIndex dns_names_{NameIndex::Kind::kHost};
  NameIndex uris_{NameIndex::Kind::kPrefix};
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_IDENTITY_INDEX_H_
