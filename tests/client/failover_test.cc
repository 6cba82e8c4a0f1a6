// Handshakes whose replica is killed go on at another, and their clients do not
// notice.

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "gtest/gtest.h"
#include "tests/client/replica.h"
#include "tests/client/scram_login.h"

namespace sallyport::client {
namespace {

constexpr int kLogins = 1000;
constexpr int kKills = 20;
constexpr int kAtOnce = 32;

std::unique_ptr<Authenticator> AuthenticatorFor(const Fleet& fleet) {
  auto created = Authenticator::Create({.target = fleet.target()});
  EXPECT_TRUE(created.ok()) << created.status();
  return *std::move(created);
}

constexpr char kPassword[] = "wonderland";

TEST(Failover, GoesOnWithAHandshakeThatHasBeenGreeted) {
  Fleet fleet;
  fleet.second().Kill();
  const auto authenticator = AuthenticatorFor(fleet);
  ScramLogin login(*authenticator, kPassword);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  const size_t greeting = login.heard().size();
  fleet.second().Start();
  fleet.first().Kill();
  login.Answer();
  ASSERT_TRUE(login.Hear());
  // The mechanisms are not sent again: a challenge comes next.
  EXPECT_EQ(login.heard().substr(greeting + 8, 3), std::string("\0\x53\x42", 3));
  login.Answer();
  while (login.Hear()) {
  }
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 1u);
}

TEST(Failover, GoesOnWithAHandshakeThatHasBeenChallenged) {
  Fleet fleet;
  fleet.second().Kill();
  const auto authenticator = AuthenticatorFor(fleet);
  ScramLogin login(*authenticator, kPassword);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  login.Answer();
  ASSERT_TRUE(login.Hear());
  fleet.second().Start();
  fleet.first().Kill();
  login.Answer();
  EXPECT_FALSE(login.Hear());
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 1u);
}

TEST(Failover, GoesOnThroughOneReplicaAfterAnother) {
  Fleet fleet;
  fleet.second().Kill();
  const auto authenticator = AuthenticatorFor(fleet);
  ScramLogin login(*authenticator, kPassword);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  fleet.second().Start();
  fleet.first().Kill();
  login.Answer();
  ASSERT_TRUE(login.Hear());
  fleet.first().Start();
  fleet.second().Kill();
  login.Answer();
  EXPECT_FALSE(login.Hear());
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 2u);
}

TEST(Failover, LosesNoLoginAcrossManyKills) {
  Fleet fleet;
  const auto authenticator = AuthenticatorFor(fleet);
  std::atomic<int> begun = 0;
  std::atomic<int> succeeded = 0;
  absl::Mutex mutex;
  int ended = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kAtOnce; ++i) {
    clients.emplace_back([&] {
      while (begun.fetch_add(1) < kLogins) {
        ScramLogin login(*authenticator, kPassword);
        login.Run();
        if (login.Succeeded()) ++succeeded;
        absl::MutexLock lock(&mutex);
        ++ended;
      }
    });
  }
  for (int kill = 0; kill < kKills; ++kill) {
    const int after = kill * kLogins / kKills;
    const auto is_time = [&] { return ended >= after; };
    { absl::MutexLock lock(&mutex, absl::Condition(&is_time)); }
    Replica& replica = kill % 2 == 0 ? fleet.first() : fleet.second();
    replica.Kill();
    replica.Start();
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(succeeded, kLogins);
  // Some were under way when their replica was killed.
  EXPECT_GT(authenticator->stats().resumes, 0u);
}

}  // namespace
}  // namespace sallyport::client
