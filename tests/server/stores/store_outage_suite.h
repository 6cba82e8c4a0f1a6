#ifndef SALLYPORT_TESTS_SERVER_STORES_STORE_OUTAGE_SUITE_H_
#define SALLYPORT_TESTS_SERVER_STORES_STORE_OUTAGE_SUITE_H_

// What every store must do while what is behind it is down. The StoreUnderTest has
// `stop` and `start`; instantiate it for a server that is gone and for one that hangs.

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/server/stores/store_under_test.h"

namespace sallyport::server {

class StoreOutageSuite : public StoreSuite {
 protected:
  // Above the store's timeout, with time for a busy machine.
  static constexpr absl::Duration kLimit = absl::Seconds(15);

  void ExpectOutage(const std::string& name) {
    const absl::Time begun = absl::Now();
    const LookupResult result = WaitForLookup(store(), "blue", name);
    EXPECT_LT(absl::Now() - begun, kLimit);
    EXPECT_FALSE(result.ok()) << name;
    EXPECT_TRUE(absl::IsUnavailable(result.status()) || absl::IsDeadlineExceeded(result.status()))
        << result.status();
  }
  // Asks until the store answers again.
  void WaitUntilItAnswers() {
    const absl::Time limit = absl::Now() + absl::Seconds(60);
    LookupResult result = WaitForLookup(store(), "blue", "probe");
    while (!result.ok()) {
      ASSERT_LT(absl::Now(), limit) << result.status();
      absl::SleepFor(absl::Milliseconds(10));
      result = WaitForLookup(store(), "blue", "probe");
    }
    EXPECT_EQ(*result, nullptr);
  }
};

TEST_P(StoreOutageSuite, NeverTakesAnOutageForAnAnswer) {
  Add("alice");
  under_test().stop();
  // Known and unknown; and again, when the outage is no news.
  for (int i = 0; i < 2; ++i) {
    for (const char* name : {"alice", "nobody"}) ExpectOutage(name);
  }
  EXPECT_EQ(store().LookupCached("blue", "alice"), std::nullopt);
  EXPECT_EQ(store().LookupCached("blue", "nobody"), std::nullopt);
  under_test().start();
}

TEST_P(StoreOutageSuite, ServesWhatIsCachedThroughAnOutage) {
  Add("alice", "pencil");
  Find("alice");
  under_test().stop();
  ExpectOutage("bob");
  const auto cached = store().LookupCached("blue", "alice");
  ASSERT_TRUE(cached.has_value());
  ASSERT_NE(*cached, nullptr);
  EXPECT_EQ((*cached)->authentication_id, "alice");
  // Who asks all the same may be told what is cached.
  const LookupResult asked = WaitForLookup(store(), "blue", "alice");
  EXPECT_TRUE(!asked.ok() || *asked != nullptr);
  under_test().start();
}

TEST_P(StoreOutageSuite, AnswersAgainAfterAnOutage) {
  Add("alice", "pencil");
  Find("alice");
  for (int i = 0; i < 2; ++i) {
    under_test().stop();
    ExpectOutage("bob");
    under_test().start();
    WaitUntilItAnswers();
    EXPECT_TRUE(Accepts(*Find("alice"), "pencil"));
    EXPECT_EQ(*WaitForLookup(store(), "blue", "nobody"), nullptr);
  }
}

TEST_P(StoreOutageSuite, AnswersEveryoneOfManyDuringAnOutage) {
  under_test().stop();
  constexpr int kLookups = 200;
  absl::BlockingCounter answered(kLookups);
  std::atomic<int> wrong = 0;
  const absl::Time begun = absl::Now();
  for (int i = 0; i < kLookups; ++i) {
    store().Lookup("blue", "user" + std::to_string(i), [&](LookupResult result) {
      wrong += result.ok();
      answered.DecrementCount();
    });
  }
  answered.Wait();
  EXPECT_LT(absl::Now() - begun, kLimit);
  EXPECT_EQ(wrong, 0);
  under_test().start();
  WaitUntilItAnswers();
}

TEST_P(StoreOutageSuite, SaysThatItCannotBeAsked) {
  under_test().stop();
  const absl::Time begun = absl::Now();
  EXPECT_FALSE(WaitForPing(store()).ok());
  EXPECT_LT(absl::Now() - begun, kLimit);
  under_test().start();
  WaitUntilItAnswers();
  const absl::Status status = WaitForPing(store());
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(StoreOutageSuite, ClosesDuringAnOutage) {
  under_test().stop();
  ExpectOutage("alice");
  absl::Notification answered;
  store().Lookup("blue", "bob", [&](LookupResult result) {
    EXPECT_FALSE(result.ok());
    answered.Notify();
  });
  const absl::Time begun = absl::Now();
  under_test().store.reset();
  EXPECT_LT(absl::Now() - begun, kLimit);
  EXPECT_TRUE(answered.HasBeenNotified());
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_STORE_OUTAGE_SUITE_H_
