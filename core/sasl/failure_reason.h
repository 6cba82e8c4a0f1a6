#ifndef SALLYPORT_CORE_SASL_FAILURE_REASON_H_
#define SALLYPORT_CORE_SASL_FAILURE_REASON_H_

// Why a handshake failed, and the one place that says which SASL code the peer
// hears for it. The numbers are those of sallyport.v1.FailureReason.

#include <cstdint>
#include <string_view>

#include "core/amqp/sasl_code.h"

namespace sallyport {

enum class FailureReason : uint8_t {
  kUnknownUser = 1,
  kBadCredentials = 2,
  kAccountDisabled = 3,
  kAccountExpired = 4,
  kCredentialExpired = 5,
  kNoUsableCredential = 6,
  kMechanismNotOffered = 7,
  kTlsRequired = 8,
  kChannelBindingMismatch = 9,
  kChannelBindingDowngrade = 10,
  kChannelBindingWithoutPlus = 11,
  kAuthzidNotAllowed = 12,
  kClientCertificateUnusable = 13,
  kLockedOut = 14,
  kProtocolHeader = 15,
  kMalformedFrame = 16,
  kMalformedMessage = 17,
  kOutOfTurn = 18,
  kTooLarge = 19,
  kTooManySteps = 20,
  kTenantUnknown = 21,
  kResumeRefused = 22,
  kAbortedByClient = 23,
  kTokenInvalid = 24,
  kTokenExpired = 25,
  kTokenNotAccepted = 26,
  kKerberosRefused = 27,
  kIdentityRefused = 28,

  kTimedOut = 64,
  kStoreUnavailable = 65,
  kOverloaded = 66,
  kDraining = 67,
  kServiceUnreachable = 68,

  kNoPolicy = 96,
  kMisconfigured = 97,
  kBrokerNotAllowed = 98,

  kBrokerFault = 112,
  kInternal = 113,
};

// CodeFor is what the peer hears: auth for its own faults, sys-temp for what
// may pass, sys-perm for a misconfiguration, sys for a fault of ours or of the
// broker's. Never ok.
amqp::SaslCode CodeFor(FailureReason reason);

// Describe is a sentence about `reason` for a person: it names no user and no
// secret. Valid for the life of the process.
std::string_view Describe(FailureReason reason);

// ReasonName is the stable lower-case name that logs and metrics carry, for
// example "bad_credentials".
std::string_view ReasonName(FailureReason reason);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_FAILURE_REASON_H_
