// What is around the Handshake call: TLS, health, reflection, ListMechanisms.

#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/client/test_certificates.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

using client::TestAuthority;
using client::WriteFile;

struct TlsFiles {
  TestAuthority authority;
  TestAuthority other_authority;
  ServerTls server;

  TlsFiles() {
    const client::PemPair pair = authority.Issue("localhost");
    server.certificate_file = WriteFile("server.pem", pair.certificate);
    server.key_file = WriteFile("server.key", pair.key);
  }

  // A broker that trusts `authority`, with a certificate of `issuer`'s, if given.
  std::shared_ptr<grpc::ChannelCredentials> Broker(const TestAuthority* issuer) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority.certificate();
    if (issuer != nullptr) {
      const client::PemPair pair = issuer->Issue("broker");
      options.pem_cert_chain = pair.certificate;
      options.pem_private_key = pair.key;
    }
    return grpc::SslCredentials(options);
  }
};

// Port 0 on "localhost", the name that the certificate has.
ServerConfig TlsConfig(const ServerTls& tls) {
  ServerConfig config = ScratchConfig();
  config.address = "localhost:0";
  config.tls = tls;
  return config;
}

bool CanLogIn(RunningService& running) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::ListMechanismsRequest request;
  v1::ListMechanismsResponse response;
  return running.stub().ListMechanisms(&context, request, &response).ok();
}

TEST(ServiceTls, ServesBrokersOverTls) {
  TlsFiles files;
  RunningService running(TlsConfig(files.server), files.Broker(nullptr));
  RawStream stream(running.stub());
  ScramClient client;
  LogIn(stream, 1, client);
  EXPECT_TRUE(client.accepted());
}

TEST(ServiceTls, DoesNotServeABrokerThatSpeaksInTheClear) {
  TlsFiles files;
  RunningService running(TlsConfig(files.server), grpc::InsecureChannelCredentials());
  EXPECT_FALSE(CanLogIn(running));
}

TEST(ServiceTls, WithAClientCaServesOnlyBrokersWithACertificateOfIts) {
  TlsFiles files;
  files.server.client_ca_file = WriteFile("brokers-ca.pem", files.authority.certificate());
  {
    RunningService running(TlsConfig(files.server), files.Broker(&files.authority));
    EXPECT_TRUE(CanLogIn(running));
  }
  {
    RunningService running(TlsConfig(files.server), files.Broker(nullptr));
    EXPECT_FALSE(CanLogIn(running));
  }
  {
    RunningService running(TlsConfig(files.server), files.Broker(&files.other_authority));
    EXPECT_FALSE(CanLogIn(running));
  }
}

TEST(ServiceTls, RefusesToStartWithFilesThatItCannotUse) {
  TlsFiles files;
  ServerTls wrong_key = files.server;
  wrong_key.key_file = WriteFile("other.key", files.authority.Issue("localhost").key);
  ServerTls no_certificate = files.server;
  no_certificate.certificate_file = WriteFile("empty.pem", "");
  ServerTls missing = files.server;
  missing.client_ca_file = "/nonexistent/ca.pem";
  for (const ServerTls& tls : {wrong_key, no_certificate, missing}) {
    const auto service = Service::Start(TlsConfig(tls));
    ASSERT_FALSE(service.ok());
    EXPECT_FALSE(Service::Check(TlsConfig(tls)).ok());
    const std::string message(service.status().message());
    EXPECT_TRUE(message.find(".key") != std::string::npos ||
                message.find(".pem") != std::string::npos)
        << message;
  }
}

TEST(Service, RefusesToStartOnAnAddressThatIsTaken) {
  RunningService running;
  ServerConfig config = ScratchConfig();
  config.address = running.service().address();
  const auto second = Service::Start(config);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find(config.address), std::string::npos);
}

TEST(Service, SaysThatItIsServing) {
  RunningService running;
  for (const char* name : {"", "sallyport.v1.Authenticator"}) {
    EXPECT_EQ(CheckHealth(running, name), 1) << name;
  }
}

TEST(Service, ReflectsItsServices) {
  RunningService running;
  grpc::ClientContext context;
  grpc::internal::RpcMethod method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                   grpc::internal::RpcMethod::BIDI_STREAMING, running.channel());
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          running.channel().get(), method, &context));
  // Field 7, list_services, empty.
  const grpc::Slice list_services("\x3a\x00", 2);
  ASSERT_TRUE(stream->Write(grpc::ByteBuffer(&list_services, 1)));
  stream->WritesDone();
  grpc::ByteBuffer answer;
  ASSERT_TRUE(stream->Read(&answer));
  grpc::Slice whole;
  ASSERT_TRUE(answer.DumpToSingleSlice(&whole).ok());
  const std::string names(reinterpret_cast<const char*>(whole.begin()), whole.size());
  EXPECT_NE(names.find("sallyport.v1.Authenticator"), std::string::npos);
  EXPECT_NE(names.find("grpc.health.v1.Health"), std::string::npos);
  EXPECT_TRUE(stream->Finish().ok());
}

std::vector<std::string> Mechanisms(RunningService& running, const v1::ConnectionContext& of) {
  grpc::ClientContext context;
  v1::ListMechanismsRequest request;
  *request.mutable_context() = of;
  v1::ListMechanismsResponse response;
  const grpc::Status status = running.stub().ListMechanisms(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  std::vector<std::string> names;
  for (const auto& mechanism : response.mechanisms()) names.push_back(mechanism.name());
  return names;
}

TEST(ListMechanisms, ListsWhatTheConnectionWouldBeOffered) {
  RunningService running;
  v1::ConnectionContext connection;
  EXPECT_EQ(Mechanisms(running, connection),
            (std::vector<std::string>{"SCRAM-SHA-512", "SCRAM-SHA-256"}));
  auto* binding = connection.mutable_tls()->add_channel_bindings();
  binding->set_type("tls-exporter");
  binding->set_data(std::string(32, 'x'));
  connection.mutable_tls()->set_peer_certificate("der");
  EXPECT_EQ(Mechanisms(running, connection),
            (std::vector<std::string>{"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512",
                                      "SCRAM-SHA-256", "EXTERNAL", "PLAIN"}));
}

TEST(ListMechanisms, DescribesEach) {
  RunningService running;
  grpc::ClientContext context;
  v1::ListMechanismsResponse response;
  ASSERT_TRUE(running.stub().ListMechanisms(&context, {}, &response).ok());
  const v1::MechanismInfo& scram = response.mechanisms(0);
  EXPECT_EQ(scram.client_first(), v1::CLIENT_FIRST_REQUIRED);
  EXPECT_TRUE(scram.server_sends_final_data());
  EXPECT_TRUE(scram.supports_authzid());
  EXPECT_FALSE(scram.channel_binding());
}

TEST(ListMechanisms, FailsWhereNoPolicyCoversTheListener) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "", "listeners: [{name: internal}]\n");
  RunningService running(config);
  grpc::ClientContext context;
  v1::ListMechanismsResponse response;
  const grpc::Status status = running.stub().ListMechanisms(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace sallyport::server
