// Restores a handshake from arbitrary bytes, as if the seal around them had been broken, and goes
// on with the rest of the input, whole and byte by byte. The first two bytes say where it begins.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

constexpr size_t kHeaderSize = 2;

void Run(std::string_view state, std::string_view stream) {
  static const ServerSetup* const setup = new ServerSetup(EveryMechanism());
  ServerSession whole(*setup, state);
  if (!whole.Inconsistency().empty()) return;
  whole.Exchange(stream);
  ServerSession bytewise(*setup, state);
  for (size_t i = 0; i < stream.size(); ++i) bytewise.Exchange(stream.substr(i, 1));
  if (whole.Result() != bytewise.Result()) std::abort();
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < sallyport::kHeaderSize) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + sallyport::kHeaderSize,
                              size - sallyport::kHeaderSize);
  const size_t state_size = std::min<size_t>(data[0] << 8 | data[1], rest.size());
  sallyport::Run(rest.substr(0, state_size), rest.substr(state_size));
  return 0;
}
