#ifndef SALLYPORT_TESTS_GATEWAY_GATEWAY_FIXTURE_H_
#define SALLYPORT_TESTS_GATEWAY_GATEWAY_FIXTURE_H_

// The whole gateway in the test's process, on loopback, between a client and a
// broker that the test plays, with a scripted service.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/gateway.h"
#include "tests/gateway/scripted_authenticator.h"
#include "tests/gateway/test_certificates.h"
#include "tests/gateway/test_peer.h"

namespace sallyport::gateway {

// kAmqpHeader opens AMQP behind a login.
inline constexpr std::string_view kAmqpHeader{"AMQP\x00\x01\x00\x00", 8};
inline constexpr std::string_view kSaslHeader{"AMQP\x03\x01\x00\x00", 8};

class GatewayFixture : public testing::Test {
 protected:
  GatewayFixture();
  ~GatewayFixture() override;

  // Start runs the gateway with config_, which a test may have changed.
  void Start();
  TestPeer Connect();
  // LogIn takes a client's connection to the point where it is spliced: `rest`
  // is what the service gives back.
  TestPeer LogIn(TestPeer& client, std::string rest = "");
  // AcceptAnonymous plays the broker up to its outcome, with `behind` in the
  // same segment.
  TestPeer AcceptAnonymous(amqp::SaslCode code = amqp::SaslCode::kOk, std::string behind = "");
  // WaitForConnected waits until the gateway has so many clients.
  bool WaitForConnected(uint64_t count);
  // TakeLog is what was logged since the test began.
  std::string TakeLog();

  TestAcceptor broker_;
  GatewayConfig config_;
  ScriptedAuthenticator* authenticator_ = nullptr;
  std::unique_ptr<Gateway> gateway_;
  bool capturing_ = true;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_TESTS_GATEWAY_GATEWAY_FIXTURE_H_
