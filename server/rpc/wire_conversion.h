#ifndef SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_
#define SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_

// Between the core's types and the contract's messages.

#include <string>
#include <vector>

#include "core/handshake/server_handshake.h"
#include "core/sasl/mechanism_registry.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/policy/listener_policy.h"

namespace sallyport::server {

v1::SaslCode ToWire(amqp::SaslCode code);
v1::FailureReason ToWire(FailureReason reason);
v1::ClientFirst ToWire(ClientFirst client_first);

// WriteOutcome fills `out`; an outcome without a success says why, for a person.
void WriteOutcome(const HandshakeOutcome& outcome, const std::string& hostname,
                  const std::string& handshake_id, v1::Outcome* out);

void WriteMechanism(const MechanismDescriptor& mechanism, v1::MechanismInfo* out);

// IsBounded says whether the context is of a size that a handshake may keep.
bool IsBounded(const v1::ConnectionContext& context);

// AcceptedBindings are the context's channel bindings that `policy` accepts.
std::vector<ChannelBinding> AcceptedBindings(const v1::ConnectionContext& context,
                                             const ListenerPolicy& policy);

// TraitsOf says what a connection can be offered, given its accepted bindings.
ConnectionTraits TraitsOf(const v1::ConnectionContext& context,
                          const std::vector<ChannelBinding>& bindings);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_
