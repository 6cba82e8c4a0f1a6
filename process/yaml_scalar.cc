#include "process/yaml_scalar.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace sallyport::process {

std::optional<bool> ParseYamlBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<uint64_t> ParseYamlUint(std::string_view text) {
  uint64_t value = 0;
  // SimpleAtoi also takes a sign and blanks.
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos ||
      !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<uint64_t> ParseYamlSize(std::string_view text) {
  static constexpr std::pair<std::string_view, int> kUnits[] = {
      {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  for (const auto& [unit, shift] : kUnits) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    const std::optional<uint64_t> count = ParseYamlUint(text);
    if (!count.has_value() || *count > (UINT64_MAX >> shift)) return std::nullopt;
    return *count << shift;
  }
  return ParseYamlUint(text);
}

}  // namespace sallyport::process
