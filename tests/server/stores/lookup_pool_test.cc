#include "server/stores/lookup_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"

namespace sallyport::server {
namespace {

std::shared_ptr<const Account> Named(const std::string& name) {
  auto account = std::make_shared<Account>();
  account->authentication_id = name;
  return account;
}

// One reader that begins a lookup, tells so, and waits until it may answer.
class HeldReader {
 public:
  LookupPool::Reader Reader() {
    return [this](const std::string& name) -> LookupResult {
      if (calls_.fetch_add(1) == 0) {
        begun.Notify();
        may_answer.WaitForNotification();
      }
      return Named(name);
    };
  }
  int calls() const { return calls_; }

  absl::Notification begun;
  absl::Notification may_answer;

 private:
  std::atomic<int> calls_ = 0;
};

std::vector<LookupPool::Reader> One(LookupPool::Reader reader) {
  std::vector<LookupPool::Reader> readers;
  readers.push_back(std::move(reader));
  return readers;
}

LookupDone Ignore() {
  return [](LookupResult) {};
}

TEST(LookupPool, AnswersAndFillsTheCache) {
  AccountCache cache({});
  LookupPool pool(One([](const std::string& name) { return Named(name); }), 10, cache);
  absl::Notification answered;
  pool.Lookup("alice", [&](LookupResult result) {
    EXPECT_EQ((*result)->authentication_id, "alice");
    EXPECT_TRUE(cache.Get("alice").has_value());
    answered.Notify();
  });
  answered.WaitForNotification();
}

TEST(LookupPool, DoesNotCacheAFailure) {
  AccountCache cache({});
  LookupPool pool(
      One([](const std::string&) -> LookupResult { return absl::UnavailableError("down"); }), 10,
      cache);
  absl::Notification answered;
  pool.Lookup("alice", [&](LookupResult result) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
    answered.Notify();
  });
  answered.WaitForNotification();
  EXPECT_FALSE(cache.Get("alice").has_value());
}

TEST(LookupPool, RefusesInlineWhenFull) {
  AccountCache cache({});
  HeldReader reader;
  LookupPool pool(One(reader.Reader()), 2, cache);
  pool.Lookup("a", Ignore());
  reader.begun.WaitForNotification();
  pool.Lookup("b", Ignore());
  std::optional<absl::Status> refused;
  pool.Lookup("c", [&](LookupResult result) { refused = result.status(); });
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code(), absl::StatusCode::kResourceExhausted);
  reader.may_answer.Notify();
}

TEST(LookupPool, CountsTheLookupsThatJoinAnother) {
  AccountCache cache({});
  HeldReader reader;
  LookupPool pool(One(reader.Reader()), 2, cache);
  pool.Lookup("a", Ignore());
  pool.Lookup("a", Ignore());
  bool refused = false;
  pool.Lookup("a", [&](LookupResult result) { refused = !result.ok(); });
  EXPECT_TRUE(refused);
  reader.may_answer.Notify();
}

TEST(LookupPool, AsksOnceForEqualLookups) {
  AccountCache cache({});
  HeldReader reader;
  LookupPool pool(One(reader.Reader()), 100, cache);
  absl::BlockingCounter answers(11);
  const auto answer = [&](LookupResult result) {
    EXPECT_EQ((*result)->authentication_id, "a");
    answers.DecrementCount();
  };
  pool.Lookup("a", answer);
  reader.begun.WaitForNotification();
  for (int i = 0; i < 10; ++i) pool.Lookup("a", answer);
  reader.may_answer.Notify();
  answers.Wait();
  EXPECT_EQ(reader.calls(), 1);
}

TEST(LookupPool, DoesNotJoinALookupFromBeforeAnInvalidation) {
  AccountCache cache({});
  HeldReader reader;
  LookupPool pool(One(reader.Reader()), 100, cache);
  absl::BlockingCounter answers(2);
  const auto answer = [&](LookupResult) { answers.DecrementCount(); };
  pool.Lookup("a", answer);
  reader.begun.WaitForNotification();
  cache.Invalidate("a");
  pool.Lookup("a", answer);
  reader.may_answer.Notify();
  answers.Wait();
  EXPECT_EQ(reader.calls(), 2);
}

TEST(LookupPool, KeepsAnAnswerFromBeforeAnInvalidationOutOfTheCache) {
  AccountCache cache({});
  HeldReader reader;
  LookupPool pool(One(reader.Reader()), 100, cache);
  absl::Notification answered;
  pool.Lookup("a", [&](LookupResult) { answered.Notify(); });
  reader.begun.WaitForNotification();
  cache.Invalidate("a");
  reader.may_answer.Notify();
  answered.WaitForNotification();
  EXPECT_FALSE(cache.Get("a").has_value());
}

TEST(LookupPool, TakesLookupsFromACallback) {
  AccountCache cache({});
  LookupPool pool(One([](const std::string& name) { return Named(name); }), 1, cache);
  absl::Notification answered;
  pool.Lookup("a", [&](LookupResult) {
    pool.Lookup("a", [&](LookupResult result) {
      EXPECT_TRUE(result.ok());
      answered.Notify();
    });
  });
  answered.WaitForNotification();
}

TEST(LookupPool, AnswersEveryLookupWhenItCloses) {
  AccountCache cache({});
  HeldReader reader;
  std::atomic<int> answered = 0;
  std::atomic<int> unavailable = 0;
  {
    std::optional<LookupPool> pool;
    pool.emplace(One(reader.Reader()), 100, cache);
    for (const char* name : {"a", "b", "c"}) {
      pool->Lookup(name, [&](LookupResult result) {
        ++answered;
        if (absl::IsUnavailable(result.status())) ++unavailable;
      });
    }
    reader.begun.WaitForNotification();
    std::thread closer([&] { pool.reset(); });
    reader.may_answer.Notify();
    closer.join();
  }
  EXPECT_EQ(answered, 3);
  EXPECT_LE(unavailable, 2);
}

}  // namespace
}  // namespace sallyport::server
