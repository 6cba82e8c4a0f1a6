#include "policy/login_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

std::shared_ptr<const Policy> With(const std::string& rules) {
  return MustLoad(
      "stores: [{name: main, sqlite: {path: /x.db}}]\n"
      "rules:\n  stores: [{store: main}]\n" +
      rules);
}

constexpr char kIssuer[] =
    "token_issuers: [{name: idp, issuer: 'https://idp', audience: [b], keys: /k}]\n";

std::string OfferedWith(const std::string& rules, const ConnectionTraits& traits) {
  const auto policy = With(rules);
  return policy == nullptr ? "" : Offered(*LoginAt(*policy, {}), traits);
}

TEST(LoginPolicy, OffersOnlyWhatCanWorkAndIsSafe) {
  EXPECT_EQ(OfferedWith("", {}), "SCRAM-SHA-512 SCRAM-SHA-256");
  EXPECT_EQ(OfferedWith("", {.encrypted = true}), "SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
  EXPECT_EQ(OfferedWith("", {.encrypted = true, .has_certificate = true}),
            "SCRAM-SHA-512 SCRAM-SHA-256 EXTERNAL PLAIN");
  EXPECT_EQ(OfferedWith("", {.encrypted = true, .has_certificate = false, .has_binding = true}),
            "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
}

TEST(LoginPolicy, OffersWhatIsWeakOnlyWhereItIsNamed) {
  const ConnectionTraits all = {.encrypted = true, .has_certificate = true, .has_binding = true};
  const std::string by_default = OfferedWith("", all);
  for (const char* name :
       {"ANONYMOUS", "GSSAPI", "CRAM-MD5", "DIGEST-MD5", "LOGIN", "SCRAM-SHA-1"}) {
    const std::string words = " " + by_default + " ";
    EXPECT_EQ(words.find(" " + std::string(name) + " "), std::string::npos) << name;
    EXPECT_EQ(OfferedWith("  mechanisms: [" + std::string(name) + "]", all), name);
  }
}

TEST(LoginPolicy, OffersTokensOnlyOverTlsAndWhereSomebodyIssuesThem) {
  const std::string rules = "  mechanisms: [OAUTHBEARER, XOAUTH2, SCRAM-SHA-256]\n";
  EXPECT_NE(Error(kStore + std::string("listeners: [{name: a, rules: {mechanisms: [XOAUTH2]}}]"))
                .find("XOAUTH2 cannot work: 'token_issuers' names nobody"),
            std::string::npos);
  EXPECT_EQ(OfferedWith(rules + kIssuer, {.encrypted = true}), "OAUTHBEARER XOAUTH2 SCRAM-SHA-256");
  EXPECT_EQ(OfferedWith(rules + kIssuer, {}), "SCRAM-SHA-256");
}

TEST(LoginPolicy, KeepsTheOrderOfPreference) {
  EXPECT_EQ(OfferedWith("  mechanisms: [PLAIN, SCRAM-SHA-256]", {.encrypted = true}),
            "PLAIN SCRAM-SHA-256");
}

TEST(LoginPolicy, OffersPasswordsWithoutTlsOnlyWhereThePolicySaysSo) {
  EXPECT_EQ(OfferedWith("  mechanisms: [PLAIN, LOGIN]", {}), "(tls_required)");
  EXPECT_EQ(OfferedWith("  mechanisms: [PLAIN, LOGIN]\n  allow_password_without_tls: true", {}),
            "PLAIN LOGIN");
  EXPECT_EQ(OfferedWith("  mechanisms: [PLAIN]\n  allow_password_without_tls: false", {}),
            "(tls_required)");
}

TEST(LoginPolicy, OffersNothingWithoutTlsWhereThatIsRequired) {
  const std::string rules = "  require_tls: true\n  allow_password_without_tls: true\n";
  EXPECT_EQ(OfferedWith(rules, {}), "(tls_required)");
  EXPECT_EQ(OfferedWith(rules + "  mechanisms: [ANONYMOUS]", {}), "(tls_required)");
  EXPECT_EQ(OfferedWith(rules, {.encrypted = true}), "SCRAM-SHA-512 SCRAM-SHA-256 PLAIN");
}

TEST(LoginPolicy, SaysThatAMechanismWaitsForTls) {
  const auto policy = With("");
  const auto& offer =
      std::get<std::shared_ptr<const MechanismOffer>>(LoginAt(*policy, {})->OfferFor({}));
  EXPECT_EQ(offer->ReasonAgainst("PLAIN"), FailureReason::kTlsRequired);
  EXPECT_EQ(offer->ReasonAgainst("EXTERNAL"), FailureReason::kMechanismNotOffered);
  EXPECT_EQ(offer->ReasonAgainst("X"), FailureReason::kMechanismNotOffered);
}

TEST(LoginPolicy, SaysThatNothingCanBeOffered) {
  EXPECT_EQ(OfferedWith("  mechanisms: [EXTERNAL]", {.encrypted = true}),
            "(mechanism_not_offered)");
  EXPECT_EQ(OfferedWith("  mechanisms: [SCRAM-SHA-256-PLUS]", {.encrypted = true}),
            "(mechanism_not_offered)");
}

TEST(LoginPolicy, AcceptsTheBindingsThatAreNamed) {
  const auto usual = With("");
  EXPECT_TRUE(LoginAt(*usual, {})->AcceptsBinding("tls-exporter"));
  EXPECT_TRUE(LoginAt(*usual, {})->AcceptsBinding("tls-server-end-point"));
  EXPECT_FALSE(LoginAt(*usual, {})->AcceptsBinding("tls-unique"));
  EXPECT_FALSE(LoginAt(*usual, {})->AcceptsBinding(""));
  const auto one = With("  channel_bindings: [tls-unique]");
  EXPECT_TRUE(LoginAt(*one, {})->AcceptsBinding("tls-unique"));
  EXPECT_FALSE(LoginAt(*one, {})->AcceptsBinding("tls-exporter"));
}

TEST(LoginPolicy, HandsOnWhatItSaysToItsMechanisms) {
  const auto policy = With(R"(
  certificate_identity: uri
  digest_realm: brokers
  quirks: {token_error_as_challenge: false, final_data_as_challenge: true, skip_empty_frames: true}
  limits: {max_frame_size: 4096, max_handshake_bytes: 8KiB, max_steps: 5, handshake_timeout: 7s}
)");
  const LoginPolicy& login = *LoginAt(*policy, {});
  EXPECT_EQ(login.mechanism_settings().certificate_identity, CertificateIdentity::kUri);
  EXPECT_EQ(login.mechanism_settings().digest_realm, "brokers");
  EXPECT_FALSE(login.mechanism_settings().token_error_as_challenge);
  EXPECT_FALSE(login.mechanism_settings().takes_tokens);
  EXPECT_EQ(login.mechanism_settings().decoy_key.view(), TestSurroundings().decoy_key.view());
  EXPECT_TRUE(login.limits().final_data_as_challenge);
  EXPECT_TRUE(login.limits().skip_empty_frames);
  EXPECT_EQ(login.limits().max_frame_size, 4096u);
  EXPECT_EQ(login.limits().max_bytes, 8192u);
  EXPECT_EQ(login.limits().max_steps, 5u);
  EXPECT_EQ(login.handshake_timeout(), absl::Seconds(7));
}

TEST(LoginPolicy, NamesTheSafeDefaults) {
  const auto policy = With("");
  const LoginPolicy& login = *LoginAt(*policy, {});
  EXPECT_EQ(login.mechanism_settings().certificate_identity, CertificateIdentity::kCommonName);
  EXPECT_EQ(login.mechanism_settings().digest_realm, "sallyport");
  EXPECT_TRUE(login.mechanism_settings().token_error_as_challenge);
  EXPECT_EQ(login.limits().max_frame_size, HandshakeLimits().max_frame_size);
  EXPECT_EQ(login.handshake_timeout(), absl::InfiniteDuration()) << "the service has its own";
}

TEST(LoginPolicy, AsksItsStoresInOrder) {
  const auto policy = MustLoad(R"(
stores: [{name: a, sqlite: {path: /a}}, {name: b, file: {path: /b}}]
rules: {stores: [{store: b, on_outage: next}, {store: a, on_outage: fail}]}
)");
  const auto& stores = LoginAt(*policy, {})->stores();
  ASSERT_EQ(stores.size(), 2u);
  EXPECT_EQ(stores[0].store, 1u);
  EXPECT_TRUE(stores[0].next_on_outage);
  EXPECT_EQ(stores[1].store, 0u);
  EXPECT_FALSE(stores[1].next_on_outage);
}

TEST(LoginPolicy, AcceptsTheIssuersThatAreNamedElseAll) {
  const std::string issuers =
      "token_issuers:\n"
      "  - {name: one, issuer: 'https://1', audience: [b], keys: /k}\n"
      "  - {issuer: 'https://2', audience: [b], keys: /k}\n";
  const auto all = With(issuers);
  EXPECT_TRUE(LoginAt(*all, {})->AcceptsIssuer("one"));
  EXPECT_TRUE(LoginAt(*all, {})->AcceptsIssuer("https://2"));
  EXPECT_FALSE(LoginAt(*all, {})->AcceptsIssuer("https://1"));
  EXPECT_FALSE(LoginAt(*all, {})->AcceptsIssuer(""));
  const auto one = With("  token_issuers: ['https://2']\n" + issuers);
  EXPECT_FALSE(LoginAt(*one, {})->AcceptsIssuer("one"));
  EXPECT_TRUE(LoginAt(*one, {})->AcceptsIssuer("https://2"));
  EXPECT_FALSE(LoginAt(*With(""), {})->AcceptsIssuer("one"));
}

TEST(LoginPolicy, IsRefusedWhereItCannotBeMeant) {
  const auto refused = [](const std::string& rules, const std::string& why) {
    const std::string error =
        Error("stores: [{name: main, sqlite: {path: /x.db}}]\nrules:\n  stores: [{store: main}]\n" +
              rules);
    EXPECT_NE(error.find(why), std::string::npos) << rules << "\n" << error;
  };
  refused("  mechanisms: [SCRAM-SHA-3]", "rules.mechanisms[0]: unknown mechanism 'SCRAM-SHA-3'");
  refused("  mechanisms: [plain]", "unknown mechanism 'plain'");
  refused("  mechanisms: [PLAIN, PLAIN]", "rules.mechanisms[1]: PLAIN is named twice");
  refused("  channel_bindings: [tls]", "rules.channel_bindings[0]: unknown type 'tls'");
  refused("  token_issuers: [x]", "there is no token issuer 'x'");
  refused("  limits: {max_frame_size: 511}", "expected a number from 512 to ");
  refused("  limits: {max_frame_size: 2MiB}", "expected a number from 512 to ");
  refused("  limits: {max_handshake_bytes: 1023}", "expected a number from 1024 to ");
  refused("  limits: {max_steps: 1}", "expected a number from 2 to 1000");
  refused("  limits: {handshake_timeout: 99ms}", "expected a duration from 100ms to 10m");
  refused("  limits: {handshake_timeout: 0s}", "expected a duration from 100ms to 10m");
  refused("  digest_realm: \"" + std::string(256, 'a') + "\"", "the realm must be UTF-8");
  EXPECT_NE(Error("").find("no store is asked"), std::string::npos);
  EXPECT_NE(Error("rules: {mechanisms: [EXTERNAL]}").find("no store is asked"), std::string::npos);
  EXPECT_EQ(Error("rules: {mechanisms: [ANONYMOUS]}"), "");
  const auto document = PolicyDocument::FromText(kStore, "p.yaml");
  EXPECT_NE(Policy::Compile(*document, {}).status().message().find("the decoy key is empty"),
            std::string::npos);
}

TEST(LoginPolicy, TellsWhyAMechanismIsNotOffered) {
  const auto policy = With("  mechanisms: [SCRAM-SHA-256-PLUS, EXTERNAL, PLAIN, SCRAM-SHA-256]");
  Trace trace;
  LoginAt(*policy, {})->OfferFor({}, &trace);
  ASSERT_EQ(trace.considered().size(), 4u);
  EXPECT_EQ(trace.considered()[0].rule, "mechanism SCRAM-SHA-256-PLUS");
  EXPECT_EQ(trace.considered()[0].result,
            "not offered: it takes a channel binding of an accepted type");
  EXPECT_EQ(trace.considered()[1].result, "not offered: it takes a client certificate");
  EXPECT_EQ(trace.considered()[2].result, "not offered: it takes TLS");
  EXPECT_EQ(trace.considered()[3].result, "offered");
}

}  // namespace
}  // namespace sallyport::policy
