#include "client/wire_conversion.h"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

v1::Outcome Ok() {
  v1::Outcome wire;
  wire.set_code(v1::SASL_CODE_OK);
  wire.mutable_identity()->set_authentication_id("alice");
  wire.mutable_identity()->set_authorization_id("orders");
  return wire;
}

void ExpectRefused(v1::Outcome wire) {
  wire.set_handshake_id("id-1");
  const Outcome outcome = OutcomeFromWire(wire);
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSys);
  EXPECT_EQ(outcome.reason, FailureReason::kInternal);
  EXPECT_FALSE(outcome.identity);
  EXPECT_EQ(outcome.handshake_id, "id-1");
  EXPECT_NE(outcome.detail, "");
}

TEST(OutcomeFromWire, TakesAWholeIdentity) {
  v1::Outcome wire = Ok();
  wire.set_hostname("vhost");
  v1::Identity& identity = *wire.mutable_identity();
  identity.set_mechanism("PLAIN");
  identity.set_tenant("t");
  identity.set_store("sqlite");
  identity.add_groups("ops");
  (*identity.mutable_attributes())["region"] = "eu";
  identity.mutable_expires_at()->set_seconds(1000);
  identity.set_channel_bound(true);
  const Outcome outcome = OutcomeFromWire(wire);
  ASSERT_EQ(outcome.code, amqp::SaslCode::kOk);
  EXPECT_FALSE(outcome.reason);
  EXPECT_EQ(outcome.hostname, "vhost");
  EXPECT_EQ(outcome.identity->authentication_id, "alice");
  EXPECT_EQ(outcome.identity->authorization_id, "orders");
  EXPECT_EQ(outcome.identity->mechanism, "PLAIN");
  EXPECT_EQ(outcome.identity->tenant, "t");
  EXPECT_EQ(outcome.identity->store, "sqlite");
  EXPECT_EQ(outcome.identity->groups, std::vector<std::string>{"ops"});
  EXPECT_EQ(outcome.identity->attributes.at("region"), "eu");
  EXPECT_EQ(outcome.identity->expires_at, absl::FromUnixSeconds(1000));
  EXPECT_TRUE(outcome.identity->channel_bound);
}

TEST(OutcomeFromWire, TranslatesEveryFailureCode) {
  const std::pair<v1::SaslCode, amqp::SaslCode> codes[] = {
      {v1::SASL_CODE_AUTH, amqp::SaslCode::kAuth},
      {v1::SASL_CODE_SYS, amqp::SaslCode::kSys},
      {v1::SASL_CODE_SYS_PERM, amqp::SaslCode::kSysPerm},
      {v1::SASL_CODE_SYS_TEMP, amqp::SaslCode::kSysTemp}};
  for (const auto& [from, to] : codes) {
    v1::Outcome wire;
    wire.set_code(from);
    wire.set_reason(v1::FAILURE_REASON_BAD_CREDENTIALS);
    *wire.mutable_identity() = Ok().identity();
    const Outcome outcome = OutcomeFromWire(wire);
    EXPECT_EQ(outcome.code, to);
    EXPECT_EQ(outcome.reason, FailureReason::kBadCredentials);
    EXPECT_FALSE(outcome.identity);
  }
}

TEST(OutcomeFromWire, KnowsEveryReasonOfTheContract) {
  for (int number = 1; number <= v1::FailureReason_MAX; ++number) {
    if (!v1::FailureReason_IsValid(number)) continue;
    v1::Outcome wire;
    wire.set_code(v1::SASL_CODE_AUTH);
    wire.set_reason(static_cast<v1::FailureReason>(number));
    EXPECT_EQ(static_cast<int>(*OutcomeFromWire(wire).reason), number);
  }
}

TEST(OutcomeFromWire, AnUnknownReasonIsInternalUnderItsCode) {
  for (int number : {0, 63, 1000, 257}) {
    v1::Outcome wire;
    wire.set_code(v1::SASL_CODE_AUTH);
    wire.set_reason(static_cast<v1::FailureReason>(number));
    const Outcome outcome = OutcomeFromWire(wire);
    EXPECT_EQ(outcome.code, amqp::SaslCode::kAuth);
    EXPECT_EQ(outcome.reason, FailureReason::kInternal);
  }
}

TEST(OutcomeFromWire, NothingButACompleteSuccessIsOne) {
  ExpectRefused(v1::Outcome());
  for (int code : {0, 6, 100, -1}) {
    v1::Outcome wire = Ok();
    wire.set_code(static_cast<v1::SaslCode>(code));
    ExpectRefused(wire);
  }
  v1::Outcome wire = Ok();
  wire.clear_identity();
  ExpectRefused(wire);
  wire = Ok();
  wire.mutable_identity()->clear_authentication_id();
  ExpectRefused(wire);
  wire = Ok();
  wire.mutable_identity()->clear_authorization_id();
  ExpectRefused(wire);
  wire = Ok();
  wire.set_reason(v1::FAILURE_REASON_BAD_CREDENTIALS);
  ExpectRefused(wire);
}

TEST(FactsToWire, CarriesEverything) {
  const ConnectionFacts facts{
      .listener = "amqps",
      .remote_address = "10.0.0.1:5",
      .local_address = "10.0.0.2:5671",
      .tls = TlsFacts{.server_name = "broker",
                      .version = "TLSv1.3",
                      .cipher = "c",
                      .peer_certificate = std::string("\x30\x00\xff", 3),
                      .channel_bindings = {{.type = "tls-exporter", .data = "\xfe"}}},
      .traceparent = "00-1"};
  ASSERT_TRUE(CheckFacts(facts).ok());
  v1::ConnectionContext wire;
  FactsToWire(facts, wire);
  EXPECT_EQ(wire.listener(), "amqps");
  EXPECT_EQ(wire.remote_address(), "10.0.0.1:5");
  EXPECT_EQ(wire.local_address(), "10.0.0.2:5671");
  EXPECT_EQ(wire.traceparent(), "00-1");
  EXPECT_FALSE(wire.resumable());
  EXPECT_EQ(wire.tls().server_name(), "broker");
  EXPECT_EQ(wire.tls().version(), "TLSv1.3");
  EXPECT_EQ(wire.tls().cipher(), "c");
  EXPECT_EQ(wire.tls().peer_certificate(), facts.tls->peer_certificate);
  ASSERT_EQ(wire.tls().channel_bindings_size(), 1);
  EXPECT_EQ(wire.tls().channel_bindings(0).type(), "tls-exporter");
  EXPECT_EQ(wire.tls().channel_bindings(0).data(), "\xfe");
}

TEST(FactsToWire, NoTlsIsNotEmptyTls) {
  v1::ConnectionContext wire;
  FactsToWire({.listener = "amqp"}, wire);
  EXPECT_FALSE(wire.has_tls());
  FactsToWire({.tls = TlsFacts()}, wire);
  EXPECT_TRUE(wire.has_tls());
}

TEST(CheckFacts, RefusesWhatWouldEndTheStreamForOthers) {
  EXPECT_FALSE(CheckFacts({.tls = TlsFacts{.server_name = "\xff\xfe"}}).ok());
  EXPECT_FALSE(CheckFacts({.listener = "\xc0\x80"}).ok());
  EXPECT_FALSE(CheckFacts({.tls = TlsFacts{.peer_certificate = std::string(kMaxFactsBytes, 'x'),
                                           .channel_bindings = {{"a", "b"}}}})
                   .ok());
  EXPECT_TRUE(CheckFacts({.tls = TlsFacts{.server_name = "b\xc3\xbc.example"}}).ok());
}

}  // namespace
}  // namespace sallyport::client
