#ifndef SALLYPORT_CORE_SASL_MECHANISM_PARAMETER_H_
#define SALLYPORT_CORE_SASL_MECHANISM_PARAMETER_H_

// What a mechanism may be told when it is created, and what it tells of itself
// when it has succeeded. Plain data.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

// MechanismParameter is a wish: "realm", "mutual", ... docs/mechanisms.md lists
// those of each mechanism.
struct MechanismParameter {
  std::string name;
  std::string value;
  // Whether a mechanism that does not know it must be refused, rather than used
  // without it.
  bool critical = false;
};

// KnownParameter declares a parameter that a mechanism understands.
struct KnownParameter {
  std::string_view name;
  // Whether only the program itself may set it, and no peer of it: a nonce that
  // somebody else chooses proves nothing.
  bool own_only = false;
};

// FindParameter is the value of the first parameter called `name`; nullopt where
// there is none. Valid as long as `parameters`.
std::optional<std::string_view> FindParameter(std::span<const MechanismParameter> parameters,
                                              std::string_view name);

// ParseParameter reads "NAME=VALUE", whose value may be empty and hold further "=";
// nullopt for anything else. What it reads is not critical.
std::optional<MechanismParameter> ParseParameter(std::string_view text);

// MechanismProperty is a fact about a finished exchange: never a key or a secret.
struct MechanismProperty {
  std::string name;
  std::string value;
};

using MechanismProperties = std::vector<MechanismProperty>;

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_MECHANISM_PARAMETER_H_
