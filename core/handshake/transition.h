#ifndef SALLYPORT_CORE_HANDSHAKE_TRANSITION_H_
#define SALLYPORT_CORE_HANDSHAKE_TRANSITION_H_

// The order of events in the server's side of an AMQP SASL handshake (AMQP 1.0
// part 5 section 3.2), as data: what each event means in each state. Whatever
// is not listed as legal is refused.

#include <array>
#include <cstddef>
#include <cstdint>

namespace sallyport {

enum class HandshakeState : uint8_t {
  kHeader,       // waits for the client's protocol header
  kInit,         // waits for sasl-init
  kCredentials,  // suspended until the host answers a NeedCredentials
  kDerivation,   // suspended until the host answers a NeedDerivation
  kSession,      // suspended until the host answers a NeedSession
  kResponse,     // waits for sasl-response
  kEnded,
};
inline constexpr size_t kHandshakeStates = 7;

enum class HandshakeEvent : uint8_t {
  kHeader,
  kInit,
  kResponse,
  kEmptyFrame,
  kServerFrame,  // mechanisms, challenge or outcome: only a server sends these
  kCredentials,  // the host's answers
  kDerivation,
  kSession,
  kHostFailure,  // timed out, draining, ...
};
inline constexpr size_t kHandshakeEvents = 9;

enum class HandshakeAction : uint8_t {
  kAcceptHeader,
  kBegin,         // make the mechanism, hand it the initial response
  kStep,          // hand the response to the mechanism
  kSkipOrRefuse,  // as the listener chose for empty frames
  kRefuse,        // out of turn: the client's fault
  kResume,        // hand the answer to the mechanism
  kDefer,         // keep the bytes until the host has answered
  kHostFault,     // a call that the host must not make
  kFail,          // end with the host's reason
  kIgnore,        // over: what comes is the next layer's
};

// TransitionFor is total: each state has an action for each event.
constexpr HandshakeAction TransitionFor(HandshakeState state, HandshakeEvent event) {
  using A = HandshakeAction;
  constexpr std::array<std::array<A, kHandshakeEvents>, kHandshakeStates> kTable = {{
      // header         init        response    empty frame       server frame
      //                credentials    derivation     session        host failure
      {A::kAcceptHeader, A::kRefuse, A::kRefuse, A::kRefuse, A::kRefuse,  //
       A::kHostFault, A::kHostFault, A::kHostFault, A::kFail},            // kHeader
      {A::kRefuse, A::kBegin, A::kRefuse, A::kSkipOrRefuse, A::kRefuse,   //
       A::kHostFault, A::kHostFault, A::kHostFault, A::kFail},            // kInit
      {A::kDefer, A::kDefer, A::kDefer, A::kDefer, A::kDefer,             //
       A::kResume, A::kHostFault, A::kHostFault, A::kFail},               // kCredentials
      {A::kDefer, A::kDefer, A::kDefer, A::kDefer, A::kDefer,             //
       A::kHostFault, A::kResume, A::kHostFault, A::kFail},               // kDerivation
      {A::kDefer, A::kDefer, A::kDefer, A::kDefer, A::kDefer,             //
       A::kHostFault, A::kHostFault, A::kResume, A::kFail},               // kSession
      {A::kRefuse, A::kRefuse, A::kStep, A::kSkipOrRefuse, A::kRefuse,    //
       A::kHostFault, A::kHostFault, A::kHostFault, A::kFail},            // kResponse
      {A::kIgnore, A::kIgnore, A::kIgnore, A::kIgnore, A::kIgnore,        //
       A::kHostFault, A::kHostFault, A::kHostFault, A::kIgnore},          // kEnded
  }};
  return kTable[static_cast<size_t>(state)][static_cast<size_t>(event)];
}

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_TRANSITION_H_
