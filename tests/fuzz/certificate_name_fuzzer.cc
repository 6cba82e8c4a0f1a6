// Reads the name in a client's certificate, of the kind that the first byte says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/sasl/external/certificate_name.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sallyport;
  if (size == 0) return 0;
  const std::string_view der(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto name = CertificateName(der, static_cast<CertificateIdentity>(data[0] % 5));
  if (name.has_value() && (name->empty() || name->find('\0') != std::string::npos)) std::abort();
  return 0;
}
