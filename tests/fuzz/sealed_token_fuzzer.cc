// Opens sealed bytes: those of the input, which is genuine only by chance, and genuine ones that
// the input has altered.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/random_source.h"
#include "core/crypto/sealing_keys.h"

namespace {

using sallyport::SealingKeys;
using sallyport::Secret;

constexpr std::string_view kContext = "a connection";

std::shared_ptr<const SealingKeys> MakeKeys() {
  Secret key = Secret::Zeroed(sallyport::kSealingKeySize);
  if (!sallyport::SystemRandom().Fill({key.data(), key.size()})) std::abort();
  std::vector<Secret> keys;
  keys.push_back(std::move(key));
  return *SealingKeys::Create(std::move(keys), sallyport::SystemRandom());
}

bool Opens(const SealingKeys& keys, std::string_view sealed) {
  return std::holds_alternative<Secret>(keys.Open(sealed, kContext));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const keys = new std::shared_ptr(MakeKeys());
  static const auto* const genuine = new std::string(*(*keys)->Seal("a state", kContext));
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (Opens(**keys, input) != (input == *genuine)) std::abort();
  std::string altered = *genuine;
  for (size_t i = 0; i < std::min(size, altered.size()); ++i) {
    altered[i] = static_cast<char>(altered[i] ^ data[i]);
  }
  altered.resize(std::max(size, altered.size()), 'x');
  if (Opens(**keys, altered) != (altered == *genuine)) std::abort();
  return 0;
}
