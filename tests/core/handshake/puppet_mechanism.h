#ifndef SALLYPORT_TESTS_CORE_HANDSHAKE_PUPPET_MECHANISM_H_
#define SALLYPORT_TESTS_CORE_HANDSHAKE_PUPPET_MECHANISM_H_

// A mechanism that does what the client's messages say, so that a test can bring a
// handshake into any state through its wire. In tests only.

#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// kPuppet takes messages of words with blanks between them. Each Step and each Resume
// acts out one word; a message that is not empty replaces the words that are left.
//
//   challenge[=N]   a Challenge, of N bytes
//   credentials     a NeedCredentials
//   derivation      a NeedDerivation
//   session         a NeedSession
//   succeed[=N]     a Success, with N bytes of additional data
//   fail            a Failure, kBadCredentials
//   error           a status that is not OK
//
// CredentialsUnavailable is a Failure of its reason. Tickets count up from 100.
extern const MechanismDescriptor kPuppet;

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_HANDSHAKE_PUPPET_MECHANISM_H_
