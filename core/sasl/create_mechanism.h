#ifndef SALLYPORT_CORE_SASL_CREATE_MECHANISM_H_
#define SALLYPORT_CORE_SASL_CREATE_MECHANISM_H_

// Makes either side of a mechanism from its descriptor, once its parameters are
// known to be such that it can keep to them. Thread-safe.
//
// Every mechanism understands "mutual" and "secure", each "true" or "false". With
// mutual=true a mechanism in which the server proves nothing is refused, with
// secure=true one that shows a secret to whoever reads the connection.

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// CreateServerMechanism fails with InvalidArgument for a critical parameter that
// the mechanism does not know, for one that is given twice, and for a value that it
// cannot keep to. Other parameters that it does not know are ignored.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateServerMechanism(
    const MechanismDescriptor& mechanism, const ServerMechanismContext& context);

// CreateClientMechanism fails likewise, and where the credentials cannot be used.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateClientMechanism(
    const MechanismDescriptor& mechanism, const ClientMechanismContext& context);

// AdmitParameters takes what a peer asks of a server's mechanism: those that it
// may ask for are left. InvalidArgument as for CreateServerMechanism; a parameter
// that the program alone may set counts as unknown.
absl::StatusOr<std::vector<MechanismParameter>> AdmitParameters(
    const MechanismDescriptor& mechanism, std::vector<MechanismParameter> parameters);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CREATE_MECHANISM_H_
