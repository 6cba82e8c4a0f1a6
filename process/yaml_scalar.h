#ifndef SALLYPORT_PROCESS_YAML_SCALAR_H_
#define SALLYPORT_PROCESS_YAML_SCALAR_H_

// What a scalar's text means; nullopt where it does not mean that.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sallyport::process {

// ParseYamlBool reads true or false, and no other word.
std::optional<bool> ParseYamlBool(std::string_view text);

// ParseYamlUint reads a decimal number.
std::optional<uint64_t> ParseYamlUint(std::string_view text);

// ParseYamlSize reads a number of bytes: "4096", "64KiB", "16MiB" or "1GiB".
std::optional<uint64_t> ParseYamlSize(std::string_view text);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_YAML_SCALAR_H_
