#include "tests/core/sasl/gssapi_fixture.h"

#include <stdlib.h>

#include <utility>

namespace sallyport {

std::unique_ptr<Kdc> GssapiFixture::kdc_;
std::string GssapiFixture::tickets_;

void GssapiFixture::SetUpTestSuite() {
  auto kdc = Kdc::Start(kRealm);
  ASSERT_TRUE(kdc.ok()) << kdc.status();
  kdc_ = *std::move(kdc);
  absl::Status status = kdc_->AddService("amqp/localhost");
  ASSERT_TRUE(status.ok()) << status;
  status = kdc_->AddUser("alice", kPassword);
  ASSERT_TRUE(status.ok()) << status;
  tickets_ = TicketsOf("alice");
}

void GssapiFixture::TearDownTestSuite() { kdc_.reset(); }

GssapiFixture::GssapiFixture() {
  kdc_->UseInThisProcess(tickets_);
  ForgetReplays();
  settings_.kerberos.realm = kRealm;
  book_["alice"].account = TestAccount("alice", "", {});
  server_context_.settings = &settings_;
  server_context_.random = &SystemRandom();
  client_context_.credentials = &credentials_;
  client_context_.random = &SystemRandom();
  client_context_.server_name = "localhost";
}

std::string GssapiFixture::TicketsOf(const std::string& user) {
  auto tickets = kdc_->LogIn(user, kPassword);
  EXPECT_TRUE(tickets.ok()) << tickets.status();
  return tickets.ok() ? *std::move(tickets) : "";
}

void GssapiFixture::LogInAs(const std::string& principal, const std::string& account) {
  const absl::Status status = kdc_->AddUser(principal, kPassword);
  ASSERT_TRUE(status.ok()) << status;
  kdc_->UseInThisProcess(TicketsOf(principal));
  book_[account].account = TestAccount(account, "", {});
}

MechanismDriver GssapiFixture::Server() const {
  return MechanismDriver(CreateServerMechanism(kGssapi, server_context_), book_);
}

std::unique_ptr<ClientMechanism> GssapiFixture::Client() const {
  ClientMechanismContext context = client_context_;
  context.parameters = parameters_;
  auto client = CreateClientMechanism(kGssapi, context);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

Conversation GssapiFixture::LogIn() const {
  MechanismDriver server = Server();
  return Converse(server, *Client());
}

void GssapiFixture::ForgetReplays() {
  static int caches = 0;
  const std::string name = "file2:" + testing::TempDir() + "/replays." + std::to_string(++caches);
  setenv("KRB5RCACHENAME", name.c_str(), /*overwrite=*/1);
}

Failure GssapiFixture::FailureOf(const StepResult& result) {
  const auto* failure = std::get_if<Failure>(&result);
  if (failure == nullptr) {
    ADD_FAILURE() << "it did not fail";
    return {};
  }
  EXPECT_NE(failure->what, nullptr);
  return *failure;
}

}  // namespace sallyport
