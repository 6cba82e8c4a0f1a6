#include "tests/kerberos/kdc.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

// Realm has a service and a user.
class KdcTest : public testing::Test {
 protected:
  void SetUp() override {
    auto kdc = Kdc::Start();
    ASSERT_TRUE(kdc.ok()) << kdc.status();
    kdc_ = *std::move(kdc);
    ASSERT_TRUE(kdc_->AddUser("alice", "wonder land'").ok());
    for (const char* service : {"amqp/localhost", "amqp/broker.example"}) {
      const absl::Status status = kdc_->AddService(service);
      ASSERT_TRUE(status.ok()) << status;
    }
  }

  std::unique_ptr<Kdc> kdc_;
};

std::string Describe(OM_uint32 code, int type) {
  OM_uint32 minor = 0;
  OM_uint32 context = 0;
  gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
  gss_display_status(&minor, code, type, GSS_C_NO_OID, &context, &text);
  std::string result(static_cast<const char*>(text.value), text.length);
  gss_release_buffer(&minor, &text);
  return result;
}

// WhoLogsIn is the client's name, as the service sees it after a mutual exchange
// in this process; or what went wrong.
std::string WhoLogsIn(const std::string& service) {
  OM_uint32 minor = 0;
  gss_buffer_desc text = {service.size(), const_cast<char*>(service.data())};
  gss_name_t target = GSS_C_NO_NAME;
  gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &target);
  gss_ctx_id_t client = GSS_C_NO_CONTEXT;
  gss_ctx_id_t server = GSS_C_NO_CONTEXT;
  gss_name_t peer = GSS_C_NO_NAME;
  gss_buffer_desc to_server = GSS_C_EMPTY_BUFFER;
  gss_buffer_desc to_client = GSS_C_EMPTY_BUFFER;
  std::string result;
  OM_uint32 major = gss_init_sec_context(
      &minor, GSS_C_NO_CREDENTIAL, &client, target, const_cast<gss_OID>(gss_mech_krb5),
      GSS_C_MUTUAL_FLAG, 0, nullptr, GSS_C_NO_BUFFER, nullptr, &to_server, nullptr, nullptr);
  if (major == GSS_S_CONTINUE_NEEDED) {
    major = gss_accept_sec_context(&minor, &server, GSS_C_NO_CREDENTIAL, &to_server,
                                   GSS_C_NO_CHANNEL_BINDINGS, &peer, nullptr, &to_client, nullptr,
                                   nullptr, nullptr);
  }
  gss_buffer_desc rest = GSS_C_EMPTY_BUFFER;
  if (major == GSS_S_COMPLETE) {
    major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &client, target,
                                 const_cast<gss_OID>(gss_mech_krb5), GSS_C_MUTUAL_FLAG, 0, nullptr,
                                 &to_client, nullptr, &rest, nullptr, nullptr);
  }
  if (major == GSS_S_COMPLETE) {
    gss_buffer_desc name = GSS_C_EMPTY_BUFFER;
    gss_display_name(&minor, peer, &name, nullptr);
    result.assign(static_cast<const char*>(name.value), name.length);
    gss_release_buffer(&minor, &name);
  } else {
    result = Describe(major, GSS_C_GSS_CODE) + ": " + Describe(minor, GSS_C_MECH_CODE);
  }
  for (gss_buffer_t buffer : {&to_server, &to_client, &rest}) gss_release_buffer(&minor, buffer);
  gss_delete_sec_context(&minor, &client, GSS_C_NO_BUFFER);
  gss_delete_sec_context(&minor, &server, GSS_C_NO_BUFFER);
  gss_release_name(&minor, &target);
  gss_release_name(&minor, &peer);
  return result;
}

TEST_F(KdcTest, GivesTicketsForTheRightPassword) {
  const auto tickets = kdc_->LogIn("alice", "wonder land'");
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  EXPECT_EQ(tickets->substr(0, 5), "FILE:");
}

TEST_F(KdcTest, GivesNoneForAWrongPassword) {
  const auto tickets = kdc_->LogIn("alice", "guess");
  ASSERT_FALSE(tickets.ok());
  EXPECT_NE(tickets.status().ToString().find("Password incorrect"), std::string::npos)
      << tickets.status();
}

TEST_F(KdcTest, GivesNoneToAStranger) { EXPECT_FALSE(kdc_->LogIn("mallory", "guess").ok()); }

TEST_F(KdcTest, LetsAUserAuthenticateToEitherService) {
  const auto tickets = kdc_->LogIn("alice", "wonder land'");
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  kdc_->UseInThisProcess(*tickets);
  EXPECT_EQ(WhoLogsIn("amqp@localhost"), "alice@TEST.REALM");
  EXPECT_EQ(WhoLogsIn("amqp@broker.example"), "alice@TEST.REALM");
}

TEST_F(KdcTest, KnowsNoOtherService) {
  const auto tickets = kdc_->LogIn("alice", "wonder land'");
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  kdc_->UseInThisProcess(*tickets);
  EXPECT_NE(WhoLogsIn("amqp@elsewhere.example").find("not found in Kerberos database"),
            std::string::npos);
}

TEST_F(KdcTest, ShowsNoTicketsToWhomHasNone) {
  kdc_->UseInThisProcess();
  EXPECT_NE(WhoLogsIn("amqp@localhost").find("No Kerberos credentials"), std::string::npos);
}

TEST_F(KdcTest, StandsBesideAnotherRealm) {
  const auto other = Kdc::Start("OTHER.REALM");
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->AddUser("bob", "builder").ok());
  EXPECT_TRUE((*other)->LogIn("bob", "builder").ok());
  EXPECT_FALSE(kdc_->LogIn("bob", "builder").ok());
  EXPECT_TRUE(kdc_->LogIn("alice", "wonder land'").ok());
}

TEST_F(KdcTest, LeavesNothingBehind) {
  const std::string folder = std::filesystem::path(kdc_->keytab()).parent_path();
  EXPECT_TRUE(std::filesystem::exists(folder));
  kdc_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace sallyport
