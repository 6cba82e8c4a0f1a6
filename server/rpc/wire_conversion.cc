#include "server/rpc/wire_conversion.h"

#include "absl/time/time.h"

namespace sallyport::server {
namespace {

void WriteTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// Groups and attributes are what policy releases to the broker.
void WriteKnown(const Account& account, const policy::BrokerPolicy* broker, v1::Identity* out) {
  for (const std::string& group : account.groups) {
    if (broker == nullptr || broker->ReleasesGroup(group)) out->add_groups(group);
  }
  for (const auto& [name, value] : account.attributes) {
    if (broker != nullptr && !broker->ReleasesAttribute(name)) continue;
    (*out->mutable_attributes())[name] = value;
  }
}

void WriteIdentity(const Identity& identity, const LoginParty& party, v1::Identity* out) {
  out->set_authentication_id(identity.authentication_id);
  out->set_authorization_id(identity.authorization_id);
  out->set_mechanism(identity.mechanism.data(), identity.mechanism.size());
  out->set_channel_bound(identity.channel_bound);
  out->set_tenant(party.scope.tenant->name());
  if (identity.account == nullptr) return;
  const Account& account = *identity.account;
  out->set_store(account.store);
  WriteKnown(account, party.broker->broker, out);
  if (account.expires_at) WriteTime(*account.expires_at, out->mutable_expires_at());
}

}  // namespace

v1::SaslCode ToWire(amqp::SaslCode code) {
  switch (code) {
    case amqp::SaslCode::kOk:
      return v1::SASL_CODE_OK;
    case amqp::SaslCode::kAuth:
      return v1::SASL_CODE_AUTH;
    case amqp::SaslCode::kSys:
      return v1::SASL_CODE_SYS;
    case amqp::SaslCode::kSysPerm:
      return v1::SASL_CODE_SYS_PERM;
    case amqp::SaslCode::kSysTemp:
      return v1::SASL_CODE_SYS_TEMP;
  }
  return v1::SASL_CODE_SYS;
}

// The core's numbers are the contract's.
static_assert(static_cast<int>(FailureReason::kIdentityRefused) ==
              v1::FAILURE_REASON_IDENTITY_REFUSED);
static_assert(static_cast<int>(FailureReason::kServiceUnreachable) ==
              v1::FAILURE_REASON_SERVICE_UNREACHABLE);
static_assert(static_cast<int>(FailureReason::kBrokerNotAllowed) ==
              v1::FAILURE_REASON_BROKER_NOT_ALLOWED);
static_assert(static_cast<int>(FailureReason::kInternal) == v1::FAILURE_REASON_INTERNAL);

v1::FailureReason ToWire(FailureReason reason) { return static_cast<v1::FailureReason>(reason); }

v1::ClientFirst ToWire(ClientFirst client_first) {
  switch (client_first) {
    case ClientFirst::kNo:
      return v1::CLIENT_FIRST_NO;
    case ClientFirst::kOptional:
      return v1::CLIENT_FIRST_OPTIONAL;
    case ClientFirst::kRequired:
      return v1::CLIENT_FIRST_REQUIRED;
  }
  return v1::CLIENT_FIRST_UNSPECIFIED;
}

namespace {

// What both kinds of outcome say.
template <typename WireOutcome>
void WriteDecision(const HandshakeOutcome& outcome, const LoginParty& party,
                   const std::string& handshake_id, WireOutcome* out) {
  out->set_code(ToWire(outcome.code));
  out->set_handshake_id(handshake_id);
  if (outcome.identity) WriteIdentity(*outcome.identity, party, out->mutable_identity());
  if (!outcome.reason) return;
  out->set_reason(ToWire(*outcome.reason));
  const std::string_view description = Describe(*outcome.reason);
  out->set_detail(description.data(), description.size());
  if (outcome.what != nullptr) out->mutable_detail()->append(": ").append(outcome.what);
}

}  // namespace

void WriteOutcome(const HandshakeOutcome& outcome, const LoginParty& party,
                  const std::string& hostname, const std::string& handshake_id, v1::Outcome* out) {
  WriteDecision(outcome, party, handshake_id, out);
  out->set_hostname(hostname);
}

void WriteExchangeOutcome(const HandshakeOutcome& outcome, const LoginParty& party,
                          const std::string& handshake_id, v1::ExchangeOutcome* out) {
  WriteDecision(outcome, party, handshake_id, out);
  if (outcome.final_data) out->set_final_data(*outcome.final_data);
  for (const MechanismProperty& property : outcome.properties) {
    (*out->mutable_properties())[property.name] = property.value;
  }
}

void WriteMechanism(const MechanismDescriptor& mechanism, v1::MechanismInfo* out) {
  out->set_name(mechanism.name.data(), mechanism.name.size());
  out->set_client_first(ToWire(mechanism.client_first));
  out->set_server_sends_final_data(mechanism.server_sends_final_data);
  out->set_supports_authzid(mechanism.supports_authzid);
  out->set_channel_binding(mechanism.channel_binding);
}

}  // namespace sallyport::server
