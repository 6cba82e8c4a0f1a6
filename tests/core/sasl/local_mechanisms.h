#ifndef SALLYPORT_TESTS_CORE_SASL_LOCAL_MECHANISMS_H_
#define SALLYPORT_TESTS_CORE_SASL_LOCAL_MECHANISMS_H_

// The mechanisms that one process can speak with itself, for suites that take
// every mechanism. In tests only.

#include <span>

#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// LocalMechanisms are those of the registry, in its order, but GSSAPI: that needs
// a Kerberos realm, whose answers are never twice the same. Its own suites are
// tests/core/sasl/gssapi_*_test.cc and tests/core/handshake/gssapi_*_test.cc.
std::span<const MechanismDescriptor> LocalMechanisms();

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_LOCAL_MECHANISMS_H_
