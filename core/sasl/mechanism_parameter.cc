#include "core/sasl/mechanism_parameter.h"

namespace sallyport {

std::optional<std::string_view> FindParameter(std::span<const MechanismParameter> parameters,
                                              std::string_view name) {
  for (const MechanismParameter& parameter : parameters) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::optional<MechanismParameter> ParseParameter(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) return std::nullopt;
  return MechanismParameter{std::string(text.substr(0, equals)),
                            std::string(text.substr(equals + 1))};
}

}  // namespace sallyport
