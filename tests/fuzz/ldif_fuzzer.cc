// Imports users of LDIF.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ctl/import/ldif.h"
#include "tests/fuzz/checked_import.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  sallyport::ctl::CheckImport(
      sallyport::ctl::ImportLdif(content, "file", {"uid", {{"mail", "mail"}}}));
  return 0;
}
