#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "client/authenticator.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"
#include "tests/client/test_certificates.h"

namespace sallyport::client {
namespace {

class AuthenticatorTlsTest : public testing::Test {
 protected:
  std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const std::string& name,
                                                             bool mutual) const {
    grpc::SslServerCredentialsOptions options(
        mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
               : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_root_certs = authority_.certificate();
    const PemPair pair = authority_.Issue(name);
    options.pem_key_cert_pairs.push_back({pair.key, pair.certificate});
    return grpc::SslServerCredentials(options);
  }

  AuthenticatorTls Trusting(const std::string& expected_name) const {
    AuthenticatorTls tls;
    tls.ca_file = WriteFile("ca.pem", authority_.certificate());
    tls.expected_server_name = expected_name;
    return tls;
  }

  void AddClientCertificate(const TestAuthority& authority, AuthenticatorTls& tls) const {
    const PemPair pair = authority.Issue("broker");
    tls.certificate_file = WriteFile("client.pem", pair.certificate);
    tls.key_file = WriteFile("client.key", pair.key);
  }

  // The outcome of one handshake with a service that says OK to everybody.
  static Outcome LogIn(const FakeService& service, std::optional<AuthenticatorTls> tls,
                       absl::Duration connect_timeout = absl::Seconds(30)) {
    return LogInAt(service.target(), std::move(tls), connect_timeout);
  }

  static Outcome LogInAt(const std::string& target, std::optional<AuthenticatorTls> tls,
                         absl::Duration connect_timeout = absl::Seconds(30)) {
    AuthenticatorOptions options;
    options.target = target;
    options.tls = std::move(tls);
    options.connect_timeout = connect_timeout;
    auto authenticator = Authenticator::Create(options);
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    if (!authenticator.ok()) return Outcome();
    auto observer = std::make_shared<RecordingObserver>();
    auto handshake = (*authenticator)->Open({}, observer);
    handshake->Receive("x");
    return observer->WaitForOutcome();
  }

  static void ExpectUnreachable(const FakeService& service, std::optional<AuthenticatorTls> tls) {
    const Outcome outcome = LogIn(service, std::move(tls), absl::Milliseconds(700));
    EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
    EXPECT_EQ(outcome.reason, FailureReason::kServiceUnreachable);
  }

  static std::string Refusal(AuthenticatorTls tls) {
    AuthenticatorOptions options;
    options.target = "localhost:1";
    options.tls = std::move(tls);
    const absl::Status status = Authenticator::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }

  const TestAuthority authority_;
};

TEST_F(AuthenticatorTlsTest, TrustsTheNamedServer) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", false));
  EXPECT_EQ(LogIn(service, Trusting("sallyport.test")).code, amqp::SaslCode::kOk);
}

TEST_F(AuthenticatorTlsTest, TrustsTheServerThatTheTargetNames) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("localhost", false));
  const std::string port = service.target().substr(service.target().rfind(':'));
  EXPECT_EQ(LogInAt("localhost" + port, Trusting("")).code, amqp::SaslCode::kOk);
  FakeService other(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("other.test", false));
  const std::string other_port = other.target().substr(other.target().rfind(':'));
  EXPECT_EQ(LogInAt("localhost" + other_port, Trusting(""), absl::Milliseconds(700)).reason,
            FailureReason::kServiceUnreachable);
  EXPECT_EQ(other.streams(), 0);
}

TEST_F(AuthenticatorTlsTest, RefusesAnotherServersName) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("other.test", false));
  ExpectUnreachable(service, Trusting("sallyport.test"));
  EXPECT_EQ(service.streams(), 0);
}

TEST_F(AuthenticatorTlsTest, RefusesAnUnknownAuthority) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", false));
  const TestAuthority other;
  AuthenticatorTls tls = Trusting("sallyport.test");
  tls.ca_file = WriteFile("other-ca.pem", other.certificate());
  ExpectUnreachable(service, tls);
  tls.ca_file.clear();
  ExpectUnreachable(service, tls);
  EXPECT_EQ(service.streams(), 0);
}

TEST_F(AuthenticatorTlsTest, DoesNotSpeakPlainTextToATlsServerNorTlsToAPlainOne) {
  FakeService encrypted(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", false));
  ExpectUnreachable(encrypted, std::nullopt);
  FakeService plain(HeaderThenOk(1), "127.0.0.1:0");
  ExpectUnreachable(plain, Trusting("sallyport.test"));
}

TEST_F(AuthenticatorTlsTest, ProvesItselfWithMutualTls) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", true));
  AuthenticatorTls tls = Trusting("sallyport.test");
  AddClientCertificate(authority_, tls);
  EXPECT_EQ(LogIn(service, tls).code, amqp::SaslCode::kOk);
}

TEST_F(AuthenticatorTlsTest, IsTurnedAwayWithoutACertificateTheServiceTrusts) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", true));
  AuthenticatorTls tls = Trusting("sallyport.test");
  ExpectUnreachable(service, tls);
  AddClientCertificate(TestAuthority(), tls);
  ExpectUnreachable(service, tls);
}

TEST_F(AuthenticatorTlsTest, ANewStreamUsesCertificatesThatWereReplaced) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0", ServerCredentials("sallyport.test", true));
  AuthenticatorOptions options;
  options.target = service.target();
  options.tls = Trusting("sallyport.test");
  options.max_backoff = absl::Milliseconds(100);
  AddClientCertificate(TestAuthority(), *options.tls);
  auto authenticator = Authenticator::Create(options);
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  auto observer = std::make_shared<RecordingObserver>();
  auto handshake = (*authenticator)->Open({}, observer);
  handshake->Receive("x");
  AddClientCertificate(authority_, *options.tls);
  EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

TEST_F(AuthenticatorTlsTest, CreateNamesTheFileThatIsUnusable) {
  const auto contains = [](const std::string& text, const std::string& part) {
    return absl::StrContains(text, part);
  };
  AuthenticatorTls tls;
  tls.ca_file = "/nonexistent/ca.pem";
  EXPECT_PRED2(contains, Refusal(tls), "/nonexistent/ca.pem: No such file");
  tls.ca_file = WriteFile("garbage.pem", "not a certificate");
  EXPECT_PRED2(contains, Refusal(tls), "garbage.pem: holds no PEM certificate");
  tls.ca_file = WriteFile("empty.pem", "");
  EXPECT_PRED2(contains, Refusal(tls), "empty.pem");
  tls.ca_file = testing::TempDir();
  EXPECT_PRED2(contains, Refusal(tls), tls.ca_file);

  tls = Trusting("");
  AddClientCertificate(authority_, tls);
  AuthenticatorTls half = tls;
  half.key_file.clear();
  EXPECT_PRED2(contains, Refusal(half), "both");
  tls.key_file = WriteFile("other.key", authority_.Issue("x").key);
  EXPECT_PRED2(contains, Refusal(tls), "other.key: is not the key of");
  tls.key_file = tls.certificate_file;
  EXPECT_PRED2(contains, Refusal(tls), "client.pem: holds no PEM private key");
}

}  // namespace
}  // namespace sallyport::client
