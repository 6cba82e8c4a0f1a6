#ifndef SALLYPORT_POLICY_ENUM_WORD_H_
#define SALLYPORT_POLICY_ENUM_WORD_H_

// Enum values as a policy writes them. Pure.

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"

namespace sallyport::policy {

// EnumWord of CertificateIdentity's CERTIFICATE_IDENTITY_DNS_NAME is dns_name. Every
// enum's first value is its prefix and UNSPECIFIED, and is not written.
inline std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  const size_t prefix = value.type()->value(0)->name().size() - kUnspecified.size();
  return absl::AsciiStrToLower(value.name().substr(prefix));
}

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_ENUM_WORD_H_
