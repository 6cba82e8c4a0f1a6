#include "core/sasl/mechanism_parameter.h"

namespace sallyport {

std::optional<std::string_view> FindParameter(std::span<const MechanismParameter> parameters,
                                              std::string_view name) {
  for (const MechanismParameter& parameter : parameters) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

}  // namespace sallyport
