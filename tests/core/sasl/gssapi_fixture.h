#ifndef SALLYPORT_TESTS_CORE_SASL_GSSAPI_FIXTURE_H_
#define SALLYPORT_TESTS_CORE_SASL_GSSAPI_FIXTURE_H_

// A Kerberos realm, which a suite's tests share, with a user who has a ticket and
// our service, amqp/localhost. In tests only.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/create_mechanism.h"
#include "core/sasl/gssapi/gssapi.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/kerberos/kdc.h"

namespace sallyport {

class GssapiFixture : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  // The process uses alice's tickets, and the realm's keytab; replays are
  // remembered for each test anew.
  GssapiFixture();

  static Kdc& kdc() { return *kdc_; }

  // TicketsOf is the cache of a user whose password is kPassword. An error is the
  // test's.
  static std::string TicketsOf(const std::string& user);

  // LogInAs adds a principal and, under `account`, an account for it, and has the
  // process use its tickets.
  void LogInAs(const std::string& principal, const std::string& account);

  MechanismDriver Server() const;
  std::unique_ptr<ClientMechanism> Client() const;
  Conversation LogIn() const;

  // ForgetReplays has the process know no message: as another replica would.
  static void ForgetReplays();

  // FailureOf is the end of `result`, or an empty reason with a test failure.
  static Failure FailureOf(const StepResult& result);

  static constexpr char kPassword[] = "wonderland";
  static constexpr char kRealm[] = "TEST.REALM";

  ServerMechanismSettings settings_ = TestSettings();
  std::vector<MechanismParameter> parameters_;
  ClientCredentials credentials_;
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;

 private:
  static std::unique_ptr<Kdc> kdc_;
  static std::string tickets_;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_GSSAPI_FIXTURE_H_
