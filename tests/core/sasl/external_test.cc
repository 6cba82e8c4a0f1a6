#include "core/sasl/external/external.h"

#include <string>

#include "core/sasl/external/certificate_name.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/core/sasl/test_certificate.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

TEST(CertificateName, IsTheOneNameOfItsKind) {
  const std::string certificate = TestCertificate(
      {"al\u00efce"}, "DNS:alice.example,email:alice@example.com,URI:spiffe://example/alice");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kCommonName), "al\u00efce");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kDnsName), "alice.example");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kEmailAddress), "alice@example.com");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kUri), "spiffe://example/alice");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kSpiffeId), "spiffe://example/alice");
}

TEST(CertificateName, IsNothingWhereThereIsNoneOrMoreThanOne) {
  const std::string none = TestCertificate({}, "");
  const std::string two =
      TestCertificate({"a", "b"}, "DNS:a,DNS:b,email:a@x,email:b@x,URI:x:a,URI:x:b");
  for (const auto kind : {CertificateIdentity::kCommonName, CertificateIdentity::kDnsName,
                          CertificateIdentity::kEmailAddress, CertificateIdentity::kUri,
                          CertificateIdentity::kSpiffeId}) {
    EXPECT_EQ(CertificateName(none, kind), std::nullopt);
    EXPECT_EQ(CertificateName(two, kind), std::nullopt);
  }
}

TEST(CertificateName, IsASpiffeIdOnlyIfThatIsTheOnlyUri) {
  for (const std::string_view names :
       {"URI:spiffe://example/a,URI:spiffe://example/b",
        "URI:spiffe://example/a,URI:spiffe://example/a",
        "URI:spiffe://example/a,URI:https://example/a",
        "URI:https://example/a,URI:spiffe://example/a", "DNS:spiffe.example", "email:a@example"}) {
    const std::string certificate = TestCertificate({"spiffe://example/a"}, std::string(names));
    EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kSpiffeId), std::nullopt) << names;
  }
}

TEST(CertificateName, RefusesAUriThatIsNoSpiffeId) {
  for (const std::string_view uri :
       {"https://example/a", "spiffe://example", "spiffe://example/", "spiffe://Example/a",
        "SPIFFE://example/a", "spiffe://example/a?b", "spiffe://example/a#b", "spiffe://example/a/",
        "spiffe://example:1/a", "spiffe://u@example/a", "spiffe://example/%61",
        "spiffe://example/../a"}) {
    const std::string certificate = TestCertificate({}, "URI:" + std::string(uri));
    EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kUri), uri);
    EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kSpiffeId), std::nullopt) << uri;
  }
}

TEST(CertificateName, RefusesAnEmbeddedNul) {
  const std::string certificate = TestCertificate({std::string("alice\0.evil"sv)}, "");
  EXPECT_EQ(CertificateName(certificate, CertificateIdentity::kCommonName), std::nullopt);
}

TEST(CertificateName, RefusesWhatIsNotExactlyOneCertificate) {
  const std::string certificate = TestCertificate({"alice"}, "");
  EXPECT_EQ(CertificateName("", CertificateIdentity::kCommonName), std::nullopt);
  EXPECT_EQ(CertificateName("junk", CertificateIdentity::kCommonName), std::nullopt);
  EXPECT_EQ(CertificateName(certificate + "x", CertificateIdentity::kCommonName), std::nullopt);
  for (size_t size = 0; size < certificate.size(); ++size) {
    EXPECT_EQ(CertificateName(std::string_view(certificate).substr(0, size),
                              CertificateIdentity::kCommonName),
              std::nullopt);
  }
}

class ExternalServerTest : public testing::Test {
 protected:
  ExternalServerTest() {
    context_.settings = &settings_;
    context_.peer_certificate = certificate_;
    book_["alice"].account = TestAccount("alice", "", {});
  }

  StepResult LogIn(std::optional<std::string_view> message) {
    MechanismDriver server(CreateExternalServer(context_), book_);
    return server.Step(message);
  }

  ServerMechanismSettings settings_ = TestSettings();
  std::string certificate_ = TestCertificate({"alice"}, "email:bob@example.com");
  ServerMechanismContext context_;
  CredentialBook book_;
};

TEST_F(ExternalServerTest, AbsentAndEmptyMeanTheSame) {
  for (const std::optional<std::string_view> message :
       {std::optional<std::string_view>(), {""sv}}) {
    const StepResult result = LogIn(message);
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
    EXPECT_EQ(IdentityIn(result)->authorization_id, "alice");
  }
}

TEST_F(ExternalServerTest, TakesTheKindOfNameThatTheListenerChose) {
  settings_.certificate_identity = CertificateIdentity::kEmailAddress;
  book_["bob@example.com"].account = TestAccount("bob@example.com", "", {});
  ASSERT_NE(IdentityIn(LogIn("")), nullptr);
  EXPECT_EQ(IdentityIn(LogIn(""))->authentication_id, "bob@example.com");
  settings_.certificate_identity = CertificateIdentity::kUri;
  EXPECT_EQ(ReasonOf(LogIn("")), FailureReason::kClientCertificateUnusable);
}

TEST_F(ExternalServerTest, TakesAWholeSpiffeIdForTheName) {
  settings_.certificate_identity = CertificateIdentity::kSpiffeId;
  EXPECT_EQ(ReasonOf(LogIn("")), FailureReason::kClientCertificateUnusable);
  std::string longest = "spiffe://example/";
  longest.append(2048 - longest.size(), 'a');
  for (const std::string& id : {std::string("spiffe://example/ns/prod/sa/Web"), longest}) {
    const std::string certificate = TestCertificate({"alice"}, "URI:" + id);
    context_.peer_certificate = certificate;
    EXPECT_EQ(ReasonOf(LogIn("")), FailureReason::kUnknownUser);
    book_[id].account = TestAccount(id, "", {});
    for (const std::string_view authzid : {std::string_view(), std::string_view(id)}) {
      const StepResult result = LogIn(authzid);
      ASSERT_NE(IdentityIn(result), nullptr);
      EXPECT_EQ(IdentityIn(result)->authentication_id, id);
      EXPECT_EQ(IdentityIn(result)->authorization_id, id);
    }
  }
}

TEST_F(ExternalServerTest, RefusesWithoutACertificate) {
  context_.peer_certificate = {};
  EXPECT_EQ(ReasonOf(LogIn("")), FailureReason::kClientCertificateUnusable);
  EXPECT_EQ(ReasonOf(LogIn("alice")), FailureReason::kClientCertificateUnusable);
}

TEST_F(ExternalServerTest, RefusesACertificateWhoseNameCannotBePrepared) {
  // The last three would be taken for alice: to the authority they are others.
  for (const std::string_view name :
       {"\u0007", "\u00ad", "a\u0627", "al\u00adice", "\uff41lice", "\u00aalice"}) {
    const std::string certificate = TestCertificate({std::string(name)}, "");
    context_.peer_certificate = certificate;
    EXPECT_EQ(ReasonOf(LogIn("")), FailureReason::kClientCertificateUnusable);
  }
}

TEST_F(ExternalServerTest, AnotherIdentityTakesTheHostsConsent) {
  ASSERT_NE(IdentityIn(LogIn("someone-else")), nullptr);
  EXPECT_EQ(IdentityIn(LogIn("someone-else"))->authorization_id, "someone-else");
  book_["alice"].denial = FailureReason::kAuthzidNotAllowed;
  EXPECT_EQ(ReasonOf(LogIn("someone-else")), FailureReason::kAuthzidNotAllowed);
}

TEST_F(ExternalServerTest, RefusesMalformedMessages) {
  const std::string too_long(1025, 'a');
  for (const std::string_view message :
       {"\0"sv, "a\0b"sv, "\xff"sv, "\u0007"sv, "\u00ad"sv, std::string_view(too_long)}) {
    EXPECT_EQ(ReasonOf(LogIn(message)), FailureReason::kMalformedMessage)
        << testing::PrintToString(message);
  }
}

TEST(ExternalClient, SendsTheAuthorizationIdOnly) {
  ClientCredentials credentials = {"alice", "bob", Secret("secret")};
  const auto client = CreateExternalClient(ClientMechanismContext{&credentials});
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(std::get<ClientResponse>(StepClient(**client, std::nullopt)).bytes, "bob");
  credentials.authorization_id = "a\xff";
  EXPECT_EQ(CreateExternalClient(ClientMechanismContext{&credentials}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sallyport
