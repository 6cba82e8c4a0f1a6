#ifndef SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_
#define SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_

// Between the core's types and the contract's messages.

#include <string>

#include "core/handshake/server_handshake.h"
#include "core/sasl/mechanism_registry.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/credential_lookup.h"

namespace sallyport::server {

v1::SaslCode ToWire(amqp::SaslCode code);
v1::FailureReason ToWire(FailureReason reason);
v1::ClientFirst ToWire(ClientFirst client_first);

// WriteOutcome fills `out`; an outcome without a success says why, for a person. The
// broker of `party` is told what policy releases to it; of a success there is a party.
void WriteOutcome(const HandshakeOutcome& outcome, const LoginParty& party,
                  const std::string& hostname, const std::string& handshake_id, v1::Outcome* out);

// WriteExchangeOutcome is WriteOutcome for an Exchange.
void WriteExchangeOutcome(const HandshakeOutcome& outcome, const LoginParty& party,
                          const std::string& handshake_id, v1::ExchangeOutcome* out);

void WriteMechanism(const MechanismDescriptor& mechanism, v1::MechanismInfo* out);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_WIRE_CONVERSION_H_
