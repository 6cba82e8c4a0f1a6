#ifndef SALLYPORT_CORE_SASL_MECHANISM_REGISTRY_H_
#define SALLYPORT_CORE_SASL_MECHANISM_REGISTRY_H_

// Every mechanism this build has, each declared by one descriptor. Immutable;
// thread-safe.

#include <span>
#include <string_view>

#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// Mechanisms lists the descriptors, strongest first: the default order of
// preference.
std::span<const MechanismDescriptor> Mechanisms();

// FindMechanism is null for a name that this build does not have. Names are
// matched exactly.
const MechanismDescriptor* FindMechanism(std::string_view name);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_MECHANISM_REGISTRY_H_
