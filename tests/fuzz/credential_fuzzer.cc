// Reads a stored credential: whatever is accepted is written as it was read, but for the case of
// its scheme, and reads the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/credentials/credential.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto credential = sallyport::ParseCredential(text);
  if (!credential.ok()) return 0;
  const std::string written = sallyport::FormatCredential(*credential);
  const size_t scheme = text.find_first_of("}$");
  if (written.substr(scheme) != text.substr(scheme)) std::abort();
  const auto again = sallyport::ParseCredential(written);
  if (!again.ok() || sallyport::FormatCredential(*again) != written) std::abort();
  if (sallyport::SchemeName(*again) != sallyport::SchemeName(*credential)) std::abort();
  return 0;
}
