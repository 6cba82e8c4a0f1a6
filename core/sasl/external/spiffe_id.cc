#include "core/sasl/external/spiffe_id.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr size_t kMaxTrustDomainSize = 255;

bool IsTrustDomainCharacter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
         byte == '-' || byte == '_';
}

bool IsSegmentCharacter(char byte) {
  return IsTrustDomainCharacter(byte) || (byte >= 'A' && byte <= 'Z');
}

bool IsTrustDomain(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTrustDomainSize &&
         std::all_of(text.begin(), text.end(), IsTrustDomainCharacter);
}

bool IsSegment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), IsSegmentCharacter);
}

}  // namespace

bool IsSpiffeId(std::string_view uri) {
  if (uri.size() > kMaxSpiffeIdSize || !uri.starts_with(kScheme)) return false;
  uri.remove_prefix(kScheme.size());
  size_t slash = uri.find('/');
  if (slash == std::string_view::npos || !IsTrustDomain(uri.substr(0, slash))) return false;
  while (slash != std::string_view::npos) {
    uri.remove_prefix(slash + 1);
    slash = uri.find('/');
    if (!IsSegment(uri.substr(0, slash))) return false;
  }
  return true;
}

}  // namespace sallyport
