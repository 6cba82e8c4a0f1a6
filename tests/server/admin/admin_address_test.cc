// The operator's calls from other machines: who is heard there, and who is not.

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process/log.h"
#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/client/test_certificates.h"
#include "tests/server/admin/audit_changes.h"
#include "tests/server/rpc/running_service.h"
#include "tests/server/stores/sqlite/sqlite_store.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using client::TestAuthority;
using client::WriteFile;

using Stub = v1::Admin::Stub;

class AdminAddressTest : public testing::Test {
 protected:
  AdminAddressTest() {
    const client::PemPair pair = authority_.Issue("localhost");
    config_.admin_address =
        AdminAddress{.address = "localhost:0",
                     .tls = {.certificate_file = WriteFile("admin.pem", pair.certificate),
                             .key_file = WriteFile("admin.key", pair.key),
                             .client_ca_file = WriteFile("admin-ca.pem", authority_.certificate())},
                     .allow = {"*.admins.example", "spiffe://example/admin/*"}};
    config_.audit.file =
        std::filesystem::path(config_.admin_socket).parent_path().parent_path() / "audit.jsonl";
    running_.emplace(config_);
  }

  // To the address, with a certificate of `issuer`'s for `name`; without one where `issuer`
  // is null.
  std::shared_ptr<grpc::Channel> Channel(const TestAuthority* issuer, const std::string& name) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority_.certificate();
    if (issuer != nullptr) {
      const client::PemPair pair = issuer->Issue(name);
      options.pem_cert_chain = pair.certificate;
      options.pem_private_key = pair.key;
    }
    return grpc::CreateChannel(running_->service().admin_address(), grpc::SslCredentials(options));
  }
  std::unique_ptr<Stub> As(const std::string& name) {
    return v1::Admin::NewStub(Channel(&authority_, name));
  }

  template <typename Request, typename Response>
  static grpc::StatusCode Call(Stub& stub,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*)) {
    Request request;
    if constexpr (requires { request.set_password(""); }) request.set_password("pencil");
    if constexpr (requires { request.set_name(""); }) request.set_name(kUser);
    Response response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return (stub.*method)(&context, request, &response).error_code();
  }
  static grpc::StatusCode Show(Stub& stub) { return Call(stub, &Stub::GetUser); }
  static std::vector<grpc::StatusCode> Everything(Stub& stub) {
    return {Call(stub, &Stub::AddUser),      Call(stub, &Stub::SetPassword),
            Call(stub, &Stub::SetUserState), Call(stub, &Stub::UpdateUser),
            Call(stub, &Stub::DeleteUser),   Call(stub, &Stub::GetUser),
            Call(stub, &Stub::ListUsers),    Call(stub, &Stub::ImportUser),
            Call(stub, &Stub::GetPolicy),    Call(stub, &Stub::ReloadPolicy),
            Call(stub, &Stub::ListStores),   Call(stub, &Stub::PingStore),
            Call(stub, &Stub::LookUpUser)};
  }
  // The audit log's, after the end of the service.
  std::vector<nlohmann::json> Changes() {
    running_.reset();
    std::vector<nlohmann::json> changes = ReadChanges(config_.audit.file);
    // The first tells of the policy.
    if (!changes.empty()) changes.erase(changes.begin());
    return changes;
  }

  TestAuthority authority_, other_authority_;
  ServerConfig config_ = ScratchConfig();
  std::optional<RunningService> running_;
};

TEST_F(AdminAddressTest, HearsWhoIsOnTheListAndKeepsTheirNames) {
  for (const char* name : {"ada.admins.example", "spiffe://example/admin/bob"}) {
    const auto stub = As(name);
    EXPECT_EQ(Show(*stub), grpc::StatusCode::OK) << name;
    EXPECT_EQ(Call(*stub, &Stub::SetPassword), grpc::StatusCode::OK) << name;
  }
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].value("actor", ""), "certificate ada.admins.example");
  EXPECT_EQ(changes[1].value("actor", ""), "certificate spiffe://example/admin/bob");
  EXPECT_EQ(changes[1].value("outcome", ""), "done");
}

TEST_F(AdminAddressTest, DeniesEveryCallToWhoIsNot) {
  for (const char* name : {"admins.example", "ada.admins.example.org", "spiffe://example/broker/1",
                           "spiffe://example/admin"}) {
    const auto stub = As(name);
    for (const grpc::StatusCode code : Everything(*stub)) {
      EXPECT_EQ(code, grpc::StatusCode::PERMISSION_DENIED) << name;
    }
  }
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 4 * 7u);
  for (const auto& change : changes) {
    EXPECT_EQ(change.value("outcome", ""), "refused");
    EXPECT_NE(change.value("detail", "").find("not on the list"), std::string::npos);
  }
  EXPECT_EQ(changes[0].value("actor", ""), "certificate admins.example");
  EXPECT_EQ(changes[0].value("user", ""), kUser);
  const auto store = OpenSqliteStore({.name = "local"}, StorePath(config_));
  const auto user = store->directory()->GetUser({"", kUser});
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->created_at, user->updated_at);
}

TEST_F(AdminAddressTest, CutsTheNameOfWhoIsDenied) {
  const std::string name = "spiffe://example/broker/" + std::string(2000, 'x');
  const auto stub = As(name);
  EXPECT_EQ(Show(*stub), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call(*stub, &Stub::DeleteUser), grpc::StatusCode::PERMISSION_DENIED);
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].value("actor", ""), "certificate " + name.substr(0, 256) + "...");
}

TEST_F(AdminAddressTest, LogsFewOfManyDeniedCalls) {
  const auto stub = As("admins.example");
  std::string log;
  {
    LogTap tap;
    for (int i = 0; i < 20; ++i) Everything(*stub);
    process::Log(process::LogLevel::kWarning, "all were made");
    log = tap.ReadUpTo("all were made");
  }
  const size_t calls = 20 * Everything(*stub).size();
  size_t lines = 0;
  for (size_t at = 0; (at = log.find("admins.example", at)) != std::string::npos; ++at) ++lines;
  EXPECT_GE(lines, 1u);
  EXPECT_LT(lines, calls / 4);
}

TEST_F(AdminAddressTest, HasNoConnectionForWhoShowsNoCertificateOfTheAuthority) {
  const auto none = v1::Admin::NewStub(Channel(nullptr, ""));
  EXPECT_EQ(Show(*none), grpc::StatusCode::UNAVAILABLE);
  const auto foreign = v1::Admin::NewStub(Channel(&other_authority_, "ada.admins.example"));
  EXPECT_EQ(Show(*foreign), grpc::StatusCode::UNAVAILABLE);
  const auto clear = v1::Admin::NewStub(
      grpc::CreateChannel(running_->service().admin_address(), grpc::InsecureChannelCredentials()));
  EXPECT_EQ(Show(*clear), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AdminAddressTest, ServesTheSocketBesideIt) {
  const auto stub = v1::Admin::NewStub(grpc::CreateChannel(
      *process::UnixSocketTarget(config_.admin_socket), grpc::InsecureChannelCredentials()));
  EXPECT_EQ(Show(*stub), grpc::StatusCode::OK);
}

TEST_F(AdminAddressTest, TellsItsHealthToWhoeverHasACertificate) {
  const auto channel = Channel(&authority_, "probe.example");
  for (const char* service : {"", "sallyport.v1.Admin", "sallyport.policy"}) {
    EXPECT_EQ(CheckHealth(channel, service), 1) << service;
  }
}

TEST_F(AdminAddressTest, IsNotServedWhereAnyoneCouldCome) {
  running_.reset();
  ServerConfig nobody = config_, anybody = config_;
  nobody.admin_address->allow.clear();
  anybody.admin_address->tls.client_ca_file.clear();
  for (const ServerConfig& config : {nobody, anybody}) {
    EXPECT_EQ(Service::Start(config).status().code(), absl::StatusCode::kInvalidArgument);
  }
  ServerConfig missing = config_;
  missing.admin_address->tls.client_ca_file = "/nonexistent/ca.pem";
  EXPECT_FALSE(Service::Check(missing).ok());
}

}  // namespace
}  // namespace sallyport::server
