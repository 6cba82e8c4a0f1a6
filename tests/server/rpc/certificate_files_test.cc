// How a running service takes up files that are replaced under it.

#include "server/rpc/certificate_files.h"

#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/client/test_certificates.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

using client::PemPair;
using client::TestAuthority;
using client::WriteFile;

class CertificateRotation : public testing::Test {
 protected:
  CertificateRotation() {
    Write(old_.Issue("localhost"));
    WriteFile("rotation-ca.pem", old_.certificate());
    ServerConfig config = ScratchConfig();
    config.address = "localhost:0";
    config.tls = tls_;
    running_.emplace(config);
  }

  void Write(const PemPair& pair) {
    WriteFile("rotation.pem", pair.certificate);
    WriteFile("rotation.key", pair.key);
  }

  // Whether a broker with a certificate of `issuer`'s, that trusts `trusted`, has a new
  // connection.
  bool CanConnect(const TestAuthority& issuer, const TestAuthority& trusted) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = trusted.certificate();
    const PemPair pair = issuer.Issue("broker");
    options.pem_cert_chain = pair.certificate;
    options.pem_private_key = pair.key;
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(running_->address(), grpc::SslCredentials(options), arguments);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::ListMechanismsResponse response;
    return v1::Authenticator::NewStub(channel)->ListMechanisms(&context, {}, &response).ok();
  }

  const TestAuthority old_;
  const TestAuthority new_;
  const ServerTls tls_ = {.certificate_file = testing::TempDir() + "/rotation.pem",
                          .key_file = testing::TempDir() + "/rotation.key",
                          .client_ca_file = testing::TempDir() + "/rotation-ca.pem"};
  std::optional<RunningService> running_;
};

TEST_F(CertificateRotation, ANewConnectionHasTheNewCertificate) {
  EXPECT_TRUE(CanConnect(old_, old_));
  EXPECT_FALSE(CanConnect(old_, new_));
  Write(new_.Issue("localhost"));
  EXPECT_TRUE(CanConnect(old_, new_));
  EXPECT_FALSE(CanConnect(old_, old_));
}

TEST_F(CertificateRotation, TheOldPairServesUntilTheNewOneFitsTogether) {
  const PemPair pair = new_.Issue("localhost");
  for (const std::string& unusable :
       {pair.certificate, pair.certificate.substr(0, pair.certificate.size() / 2), std::string(),
        std::string("not a certificate")}) {
    WriteFile("rotation.pem", unusable);
    EXPECT_TRUE(CanConnect(old_, old_)) << unusable;
    EXPECT_TRUE(CanConnect(old_, old_)) << unusable;
  }
  WriteFile("rotation.pem", pair.certificate);
  EXPECT_TRUE(CanConnect(old_, old_));
  WriteFile("rotation.key", pair.key);
  EXPECT_TRUE(CanConnect(old_, new_));
}

TEST_F(CertificateRotation, TheKeyMayComeFirst) {
  const PemPair pair = new_.Issue("localhost");
  WriteFile("rotation.key", pair.key);
  EXPECT_TRUE(CanConnect(old_, old_));
  WriteFile("rotation.pem", pair.certificate);
  EXPECT_TRUE(CanConnect(old_, new_));
}

TEST_F(CertificateRotation, BrokersOfBothAuthoritiesAreServedUntilTheOldOneIsTakenOut) {
  EXPECT_FALSE(CanConnect(new_, old_));
  WriteFile("rotation-ca.pem", old_.certificate() + new_.certificate());
  EXPECT_TRUE(CanConnect(new_, old_));
  EXPECT_TRUE(CanConnect(old_, old_));
  WriteFile("rotation-ca.pem", new_.certificate());
  EXPECT_TRUE(CanConnect(new_, old_));
  EXPECT_FALSE(CanConnect(old_, old_));
}

TEST_F(CertificateRotation, AnAuthorityThatCannotBeReadLetsNobodyElseIn) {
  for (const std::string& unusable : {std::string(), old_.certificate().substr(0, 100),
                                      new_.certificate() + old_.certificate().substr(0, 100)}) {
    WriteFile("rotation-ca.pem", unusable);
    EXPECT_TRUE(CanConnect(old_, old_)) << unusable;
    EXPECT_FALSE(CanConnect(new_, old_)) << unusable;
  }
}

// While the process has no descriptor left, say.
TEST_F(CertificateRotation, WhatCouldNotBeReadIsReadLaterThoughItStaysAsItIs) {
  CertificateFiles files(tls_);
  ASSERT_TRUE(files.Changed());
  Write(new_.Issue("localhost"));
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool read = files.Changed().has_value();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_FALSE(read);
  EXPECT_TRUE(files.Changed());
}

}  // namespace
}  // namespace sallyport::server
