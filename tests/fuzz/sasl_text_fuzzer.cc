// Reads what the simpler mechanisms and SCRAM take from a peer: PLAIN's message, ANONYMOUS's trace,
// names and passwords before SASLprep, SPIFFE IDs, and base64.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/crypto/base64.h"
#include "core/sasl/anonymous/trace.h"
#include "core/sasl/external/spiffe_id.h"
#include "core/sasl/plain/plain_message.h"
#include "core/sasl/saslprep/saslprep.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sallyport;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto plain = ParsePlainMessage(text)) {
    if (FormatPlainMessage(*plain) != text) std::abort();
  }
  if (IsShortEnoughTrace(text) && size > 4 * 255 + 1) std::abort();
  const auto stored = SaslPrepStored(text);
  // What may be stored can be asked for, by the same name.
  if (stored.has_value() && SaslPrepQuery(text) != stored) std::abort();
  // A SPIFFE ID has one spelling.
  if (IsSpiffeId(text) && stored != text) std::abort();
  if (const auto bytes = DecodeBase64(text)) {
    std::string again;
    AppendBase64(*bytes, &again);
    if (again != text) std::abort();
  }
  return 0;
}
