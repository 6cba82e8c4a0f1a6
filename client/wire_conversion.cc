#include "client/wire_conversion.h"

#include <google/protobuf/stubs/common.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace sallyport::client {
namespace {

// The very check that the service's parser makes.
bool IsUtf8(const std::string& text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                             static_cast<int>(text.size()));
}

size_t FactsBytes(const ConnectionFacts& facts) {
  size_t bytes = facts.listener.size() + facts.remote_address.size() + facts.local_address.size() +
                 facts.traceparent.size();
  if (!facts.tls) return bytes;
  bytes += facts.tls->server_name.size() + facts.tls->version.size() + facts.tls->cipher.size() +
           facts.tls->peer_certificate.size();
  for (const ChannelBinding& binding : facts.tls->channel_bindings) {
    bytes += binding.type.size() + binding.data.size();
  }
  return bytes;
}

// An unknown or unspecified code has no value.
std::optional<amqp::SaslCode> CodeFromWire(v1::SaslCode code) {
  switch (code) {
    case v1::SASL_CODE_OK:
      return amqp::SaslCode::kOk;
    case v1::SASL_CODE_AUTH:
      return amqp::SaslCode::kAuth;
    case v1::SASL_CODE_SYS:
      return amqp::SaslCode::kSys;
    case v1::SASL_CODE_SYS_PERM:
      return amqp::SaslCode::kSysPerm;
    case v1::SASL_CODE_SYS_TEMP:
      return amqp::SaslCode::kSysTemp;
    default:
      return std::nullopt;
  }
}

FailureReason ReasonFromWire(v1::FailureReason reason) {
  if (reason == v1::FAILURE_REASON_UNSPECIFIED || !v1::FailureReason_IsValid(reason)) {
    return FailureReason::kInternal;
  }
  return static_cast<FailureReason>(reason);
}

AuthenticatedIdentity IdentityFromWire(v1::Identity& wire) {
  AuthenticatedIdentity identity;
  identity.authentication_id = std::move(*wire.mutable_authentication_id());
  identity.authorization_id = std::move(*wire.mutable_authorization_id());
  identity.mechanism = std::move(*wire.mutable_mechanism());
  identity.tenant = std::move(*wire.mutable_tenant());
  identity.store = std::move(*wire.mutable_store());
  identity.groups.reserve(wire.groups_size());
  for (std::string& group : *wire.mutable_groups()) identity.groups.push_back(std::move(group));
  for (auto& [name, value] : *wire.mutable_attributes()) {
    identity.attributes.emplace(name, std::move(value));
  }
  if (wire.has_expires_at()) {
    identity.expires_at = absl::FromUnixSeconds(wire.expires_at().seconds()) +
                          absl::Nanoseconds(wire.expires_at().nanos());
  }
  identity.channel_bound = wire.channel_bound();
  return identity;
}

// What is wrong with an outcome that says OK; empty: nothing.
std::string FaultOfSuccess(const v1::Outcome& wire) {
  if (!wire.has_identity()) return "an ok outcome without an identity";
  if (wire.identity().authentication_id().empty() || wire.identity().authorization_id().empty()) {
    return "an ok outcome whose identity has no name";
  }
  if (wire.reason() != v1::FAILURE_REASON_UNSPECIFIED) {
    return "an ok outcome with a reason for failure";
  }
  return "";
}

}  // namespace

absl::Status CheckFacts(const ConnectionFacts& facts) {
  if (FactsBytes(facts) > kMaxFactsBytes) {
    return absl::InvalidArgumentError("the connection's facts are too large");
  }
  bool utf8 = IsUtf8(facts.listener) && IsUtf8(facts.remote_address) &&
              IsUtf8(facts.local_address) && IsUtf8(facts.traceparent);
  if (facts.tls) {
    utf8 = utf8 && IsUtf8(facts.tls->server_name) && IsUtf8(facts.tls->version) &&
           IsUtf8(facts.tls->cipher);
    for (const ChannelBinding& binding : facts.tls->channel_bindings) {
      utf8 = utf8 && IsUtf8(binding.type);
    }
  }
  if (!utf8) return absl::InvalidArgumentError("the connection's facts are not UTF-8");
  return absl::OkStatus();
}

void FactsToWire(const ConnectionFacts& facts, v1::ConnectionContext& context) {
  context.set_listener(facts.listener);
  context.set_remote_address(facts.remote_address);
  context.set_local_address(facts.local_address);
  context.set_traceparent(facts.traceparent);
  if (!facts.tls) return;
  v1::TlsContext& tls = *context.mutable_tls();
  tls.set_server_name(facts.tls->server_name);
  tls.set_version(facts.tls->version);
  tls.set_cipher(facts.tls->cipher);
  tls.set_peer_certificate(facts.tls->peer_certificate);
  for (const ChannelBinding& binding : facts.tls->channel_bindings) {
    v1::ChannelBinding& wire = *tls.add_channel_bindings();
    wire.set_type(binding.type);
    wire.set_data(binding.data);
  }
}

Outcome OutcomeFromWire(v1::Outcome& wire) {
  const std::optional<amqp::SaslCode> code = CodeFromWire(wire.code());
  std::string fault = code ? "" : "an outcome whose code is not known";
  if (code == amqp::SaslCode::kOk) fault = FaultOfSuccess(wire);

  Outcome outcome;
  outcome.hostname = std::move(*wire.mutable_hostname());
  outcome.handshake_id = std::move(*wire.mutable_handshake_id());
  if (!fault.empty()) {
    outcome.code = amqp::SaslCode::kSys;
    outcome.reason = FailureReason::kInternal;
    outcome.detail = absl::StrCat("the service sent ", fault);
    return outcome;
  }
  outcome.code = *code;
  outcome.detail = std::move(*wire.mutable_detail());
  if (outcome.code == amqp::SaslCode::kOk) {
    outcome.identity = IdentityFromWire(*wire.mutable_identity());
  } else {
    outcome.reason = ReasonFromWire(wire.reason());
  }
  return outcome;
}

Outcome FailedOutcome(FailureReason reason, std::string detail) {
  Outcome outcome;
  outcome.code = CodeFor(reason);
  outcome.reason = reason;
  outcome.detail = std::move(detail);
  return outcome;
}

}  // namespace sallyport::client
