#include "core/sasl/failure_reason.h"

namespace sallyport {
namespace {

struct Entry {
  amqp::SaslCode code;
  std::string_view name;
  std::string_view description;
};

constexpr Entry kUnlisted = {amqp::SaslCode::kSys, "unlisted", "The reason is not a known one."};

// A switch, so that the compiler names a reason that is missing here.
constexpr Entry Find(FailureReason reason) {
  using enum FailureReason;
  using enum amqp::SaslCode;
  switch (reason) {
    case kUnknownUser:
      return {kAuth, "unknown_user", "No such user."};
    case kBadCredentials:
      return {kAuth, "bad_credentials", "The password or proof was wrong."};
    case kAccountDisabled:
      return {kAuth, "account_disabled", "The account is disabled."};
    case kAccountExpired:
      return {kAuth, "account_expired", "The account has expired."};
    case kCredentialExpired:
      return {kAuth, "credential_expired", "The credential has expired."};
    case kNoUsableCredential:
      return {kAuth, "no_usable_credential",
              "The user has no credential that this mechanism can use."};
    case kMechanismNotOffered:
      return {kAuth, "mechanism_not_offered", "The client chose a mechanism that was not offered."};
    case kTlsRequired:
      return {kAuth, "tls_required", "The connection is not encrypted, and must be."};
    case kChannelBindingMismatch:
      return {kAuth, "channel_binding_mismatch",
              "The client's channel binding is not that of this connection."};
    case kChannelBindingDowngrade:
      return {kAuth, "channel_binding_downgrade",
              "The client believes that channel binding was not offered, but it was."};
    case kChannelBindingWithoutPlus:
      return {kAuth, "channel_binding_without_plus",
              "The client uses channel binding in a mechanism that is not a -PLUS one."};
    case kAuthzidNotAllowed:
      return {kAuth, "authzid_not_allowed", "The user may not act as the identity asked for."};
    case kClientCertificateUnusable:
      return {kAuth, "client_certificate_unusable",
              "The client certificate is missing or does not name exactly one user."};
    case kLockedOut:
      return {kAuth, "locked_out", "Too many failed attempts: locked out for now."};
    case kProtocolHeader:
      return {kAuth, "protocol_header", "The client's protocol header is not that of AMQP SASL."};
    case kMalformedFrame:
      return {kAuth, "malformed_frame", "The client sent a malformed frame."};
    case kMalformedMessage:
      return {kAuth, "malformed_message", "The client sent a malformed mechanism message."};
    case kOutOfTurn:
      return {kAuth, "out_of_turn", "The client sent a frame out of turn."};
    case kTooLarge:
      return {kAuth, "too_large", "The client sent more bytes than are allowed."};
    case kTooManySteps:
      return {kAuth, "too_many_steps", "The client took more steps than are allowed."};
    case kTenantUnknown:
      return {kAuth, "tenant_unknown", "No tenant of that name."};
    case kResumeRefused:
      return {kAuth, "resume_refused", "The resume token was altered, used, expired or foreign."};
    case kAbortedByClient:
      return {kAuth, "aborted_by_client", "The client aborted the exchange."};
    case kTokenInvalid:
      return {kAuth, "token_invalid",
              "The bearer token is malformed, or not signed by a key of its issuer."};
    case kTokenExpired:
      return {kAuth, "token_expired", "The bearer token has expired, or is not valid yet."};
    case kTokenNotAccepted:
      return {kAuth, "token_not_accepted",
              "The bearer token's issuer, audience or claims are not those accepted here."};
    case kKerberosRefused:
      return {kAuth, "kerberos_refused", "Kerberos did not accept the client's ticket or name."};
    case kIdentityRefused:
      return {kAuth, "identity_refused", "The policy maps the client's identity to nobody."};
    case kTimedOut:
      return {kSysTemp, "timed_out", "The handshake took too long."};
    case kStoreUnavailable:
      return {kSysTemp, "store_unavailable", "The credential store could not be asked."};
    case kOverloaded:
      return {kSysTemp, "overloaded", "The service is overloaded."};
    case kDraining:
      return {kSysTemp, "draining", "The service is shutting down."};
    case kServiceUnreachable:
      return {kSysTemp, "service_unreachable", "The authentication service cannot be reached."};
    case kNoPolicy:
      return {kSysPerm, "no_policy", "No policy covers this listener."};
    case kMisconfigured:
      return {kSysPerm, "misconfigured", "The service is misconfigured."};
    case kBrokerNotAllowed:
      return {kSysPerm, "broker_not_allowed", "The policy does not let this broker ask for that."};
    case kBrokerFault:
      return {kSys, "broker_fault", "The broker broke the protocol between it and the service."};
    case kInternal:
      return {kSys, "internal", "An internal error."};
  }
  // A number from elsewhere, which names none of them.
  return kUnlisted;
}

}  // namespace

// SRS_SASL_SERVER_IO_01_115 SRS_SASL_SERVER_IO_01_116
// SRS_SASL_SERVER_IO_01_117 SRS_SASL_SERVER_IO_01_118
amqp::SaslCode CodeFor(FailureReason reason) { return Find(reason).code; }

std::string_view Describe(FailureReason reason) { return Find(reason).description; }

std::string_view ReasonName(FailureReason reason) { return Find(reason).name; }

}  // namespace sallyport
