#include "server/login/derivation_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <variant>
#include <vector>

#include "absl/synchronization/notification.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "tests/core/credentials/fake_verifier.h"

namespace sallyport::server {
namespace {

KeyDerivation Check(std::string_view password) {
  auto credential =
      NewCredential("PBKDF2-SHA256", "pencil", {.pbkdf2_iterations = 10}, SystemRandom());
  EXPECT_TRUE(credential.ok());
  return PasswordCheck{.password = Secret(password), .credentials = {*credential}};
}

DerivationAnswer DeriveAndWait(DerivationPool& pool, KeyDerivation work) {
  std::promise<DerivationAnswer> answer;
  pool.Derive(std::move(work), [&](DerivationAnswer a) { answer.set_value(std::move(a)); });
  return answer.get_future().get();
}

TEST(DerivationPool, TellsRightPasswordsFromWrongOnes) {
  DerivationPool pool({});
  EXPECT_TRUE(std::get<PasswordVerdict>(DeriveAndWait(pool, Check("pencil"))).matches);
  EXPECT_FALSE(std::get<PasswordVerdict>(DeriveAndWait(pool, Check("pen"))).matches);
}

TEST(DerivationPool, WorksOnThreadsOfItsOwn) {
  DerivationPool pool({});
  std::promise<std::thread::id> where;
  pool.Derive(Check("pencil"),
              [&](DerivationAnswer) { where.set_value(std::this_thread::get_id()); });
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

TEST(DerivationPool, RemembersOnlyRightPasswords) {
  DerivationPool pool({});
  const KeyDerivation right = Check("pencil");
  const KeyDerivation wrong = Check("pen");
  EXPECT_FALSE(pool.DeriveCached(right));
  DeriveAndWait(pool, right);
  DeriveAndWait(pool, wrong);
  ASSERT_TRUE(pool.DeriveCached(right));
  EXPECT_TRUE(std::get<PasswordVerdict>(*pool.DeriveCached(right)).matches);
  EXPECT_FALSE(pool.DeriveCached(wrong));
}

TEST(DerivationPool, RefusesWorkWhenItsQueueIsFullAndWhatWaitsWhenItIsDestroyed) {
  absl::Notification started, release;
  std::vector<DerivationAnswer> late;
  {
    DerivationPool pool({.threads = 1, .max_queued = 1});
    // The only thread stays in the first answer's callback.
    pool.Derive(Check("pencil"), [&](DerivationAnswer) {
      started.Notify();
      release.WaitForNotification();
    });
    started.WaitForNotification();
    pool.Derive(Check("pencil"), [&](DerivationAnswer a) { late.push_back(std::move(a)); });
    bool refused = false;
    pool.Derive(Check("pencil"),
                [&](DerivationAnswer a) { refused = std::get<DerivationRefused>(a).overloaded; });
    EXPECT_TRUE(refused);
    EXPECT_TRUE(late.empty());
    std::thread([&] { release.Notify(); }).detach();
  }
  // It was refused, or had just been begun; in either case it was answered once.
  EXPECT_EQ(late.size(), 1u);
}

TEST(DerivationPool, HandsADelegatedCheckToItsStoreAlsoWhenItsOwnThreadsAreBusy) {
  absl::Notification started, release;
  DerivationPool pool({.threads = 1, .max_queued = 0});
  DerivationPool busy({.threads = 1, .max_queued = 1});
  busy.Derive(Check("pencil"), [&](DerivationAnswer) {
    started.Notify();
    release.WaitForNotification();
  });
  started.WaitForNotification();
  const auto verifier = std::make_shared<FakeVerifier>("pencil");
  for (DerivationPool* each : {&pool, &busy}) {
    const DerivationAnswer answer =
        DeriveAndWait(*each, DelegatedCheck{Secret("pencil"), verifier});
    EXPECT_TRUE(std::get<PasswordVerdict>(answer).matches);
  }
  release.Notify();
  EXPECT_EQ(verifier->asked(), 2);
}

TEST(DerivationPool, NeverRemembersWhatAStoreSaid) {
  DerivationPool pool({});
  const auto verifier = std::make_shared<FakeVerifier>("pencil");
  const KeyDerivation check = DelegatedCheck{Secret("pencil"), verifier};
  for (int time = 1; time <= 2; ++time) {
    EXPECT_TRUE(std::get<PasswordVerdict>(DeriveAndWait(pool, check)).matches);
    EXPECT_FALSE(pool.DeriveCached(check));
    EXPECT_EQ(verifier->asked(), time);
  }
}

TEST(DerivationPool, AsksNoStoreOnceItIsStopped) {
  DerivationPool pool({});
  pool.Stop();
  const auto verifier = std::make_shared<FakeVerifier>("pencil");
  const DerivationAnswer answer = DeriveAndWait(pool, DelegatedCheck{Secret("pencil"), verifier});
  EXPECT_TRUE(std::get<DerivationRefused>(answer).overloaded);
  EXPECT_EQ(verifier->asked(), 0);
}

TEST(DerivationPool, RefusesWorkOnceItIsStopped) {
  DerivationPool pool({.threads = 1, .max_queued = 8, .cache = {}});
  pool.Stop();
  bool refused = false;
  pool.Derive(SaltedPassword{}, [&refused](DerivationAnswer answer) {
    const auto* refusal = std::get_if<DerivationRefused>(&answer);
    refused = refusal != nullptr && refusal->overloaded;
  });
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace sallyport::server
