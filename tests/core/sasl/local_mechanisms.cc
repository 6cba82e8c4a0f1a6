#include "tests/core/sasl/local_mechanisms.h"

#include <vector>

#include "core/sasl/mechanism_registry.h"

namespace sallyport {

std::span<const MechanismDescriptor> LocalMechanisms() {
  static const auto* const mechanisms = [] {
    auto* local = new std::vector<MechanismDescriptor>();
    for (const MechanismDescriptor& mechanism : Mechanisms()) {
      if (mechanism.name != "GSSAPI") local->push_back(mechanism);
    }
    return local;
  }();
  return *mechanisms;
}

}  // namespace sallyport
