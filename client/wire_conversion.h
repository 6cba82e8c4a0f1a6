#ifndef SALLYPORT_CLIENT_WIRE_CONVERSION_H_
#define SALLYPORT_CLIENT_WIRE_CONVERSION_H_

// Translates between the SDK's types and the contract's messages. What comes
// from the service is checked here: an outcome that contradicts itself becomes
// sys, never ok. Pure; thread-safe.

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "client/handshake_types.h"
#include "sallyport/v1/authenticator.pb.h"

namespace sallyport::client {

// kMaxFactsBytes bounds what one connection's facts add to a request.
inline constexpr size_t kMaxFactsBytes = 128 * 1024;

// CheckFacts fails with InvalidArgument for facts that must not be put on a
// stream: over kMaxFactsBytes, or text that is not UTF-8 (a client chooses its
// server name), which would end the stream for every other connection.
absl::Status CheckFacts(const ConnectionFacts& facts);

// FactsToWire fills `context`, which is empty.
void FactsToWire(const ConnectionFacts& facts, v1::ConnectionContext& context);

// OutcomeFromWire takes the strings out of `wire`. The result is kOk only if the
// code is OK and a named identity came with it and no reason; whatever else is
// not as the contract says becomes kSys (kInternal). A reason that this build
// does not know is kInternal, under the code that came with it.
Outcome OutcomeFromWire(v1::Outcome& wire);

// FailedOutcome is an outcome that the SDK makes itself; its code follows from
// `reason`.
Outcome FailedOutcome(FailureReason reason, std::string detail);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_WIRE_CONVERSION_H_
