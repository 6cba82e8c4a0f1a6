#include "server/stores/account_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sallyport::server {
namespace {

std::shared_ptr<const Account> Named(const std::string& name) {
  auto account = std::make_shared<Account>();
  account->authentication_id = name;
  return account;
}

class AccountCacheTest : public testing::Test {
 protected:
  AccountCacheOptions Options(size_t capacity) {
    return {.capacity = capacity, .ttl = absl::Seconds(60), .shards = 1, .clock = [this] {
              return now_;
            }};
  }

  absl::Time now_ = absl::FromUnixSeconds(1000);
};

TEST_F(AccountCacheTest, KeepsAnAccountAndAnAbsence) {
  AccountCache cache(Options(10));
  EXPECT_EQ(cache.Get("a"), std::nullopt);
  cache.Put("a", cache.Generation("a"), Named("a"));
  cache.Put("b", cache.Generation("b"), nullptr);
  EXPECT_EQ((*cache.Get("a"))->authentication_id, "a");
  ASSERT_TRUE(cache.Get("b").has_value());
  EXPECT_EQ(*cache.Get("b"), nullptr);
}

TEST_F(AccountCacheTest, ForgetsWhenItsTimeHasPassed) {
  AccountCache cache(Options(10));
  cache.Put("a", cache.Generation("a"), Named("a"));
  now_ += absl::Seconds(59);
  EXPECT_TRUE(cache.Get("a").has_value());
  now_ += absl::Seconds(1);
  EXPECT_FALSE(cache.Get("a").has_value());
  cache.Put("a", cache.Generation("a"), Named("again"));
  EXPECT_EQ((*cache.Get("a"))->authentication_id, "again");
  EXPECT_EQ(cache.size(), 1u);
}

TEST_F(AccountCacheTest, DropsTheLeastRecentlyUsedWhenFull) {
  AccountCache cache(Options(3));
  for (const char* name : {"a", "b", "c"}) cache.Put(name, cache.Generation(name), Named(name));
  EXPECT_TRUE(cache.Get("a").has_value());
  cache.Put("d", cache.Generation("d"), Named("d"));
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_FALSE(cache.Get("b").has_value());
  EXPECT_TRUE(cache.Get("a").has_value());
  EXPECT_TRUE(cache.Get("c").has_value());
  EXPECT_TRUE(cache.Get("d").has_value());
}

TEST_F(AccountCacheTest, KeepsUsersWhateverNamesSomebodyMakesUp) {
  AccountCache cache(Options(8));
  const auto put = [&](const std::string& name, std::shared_ptr<const Account> account) {
    cache.Put(name, cache.Generation(name), std::move(account));
  };
  for (int i = 0; i < 8; ++i) put("user" + std::to_string(i), Named("user"));
  for (int i = 0; i < 1000; ++i) put("nobody" + std::to_string(i), nullptr);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(cache.Get("user" + std::to_string(i)).has_value()) << i;
  EXPECT_EQ(cache.size(), 10u);
  EXPECT_TRUE(cache.Get("nobody999").has_value());
  EXPECT_TRUE(cache.Get("nobody998").has_value());
  EXPECT_FALSE(cache.Get("nobody997").has_value());
  // Nor do users push out names.
  put("more", Named("more"));
  EXPECT_FALSE(cache.Get("user0").has_value());
  EXPECT_TRUE(cache.Get("nobody998").has_value());
}

TEST_F(AccountCacheTest, TakesWhoWasNobodyForAUserAndBack) {
  AccountCache cache(Options(4));
  for (int i = 0; i < 3; ++i) {
    cache.Put("a", cache.Generation("a"), nullptr);
    ASSERT_TRUE(cache.Get("a").has_value());
    EXPECT_EQ(*cache.Get("a"), nullptr);
    EXPECT_EQ(cache.size(), 1u);
    cache.Put("a", cache.Generation("a"), Named("a"));
    EXPECT_EQ((*cache.Get("a"))->authentication_id, "a");
    EXPECT_EQ(cache.size(), 1u);
  }
  cache.Put("b", cache.Generation("b"), nullptr);
  cache.Invalidate("b");
  EXPECT_FALSE(cache.Get("b").has_value());
  cache.Put("b", cache.Generation("b"), nullptr);
  cache.InvalidateAll();
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(AccountCacheTest, StaysWithinItsCapacityOverManyShards) {
  AccountCacheOptions options = Options(128);
  options.shards = 64;
  AccountCache cache(std::move(options));
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = std::to_string(i);
    cache.Put(name, cache.Generation(name), Named(name));
  }
  EXPECT_LE(cache.size(), 128u);
  EXPECT_GT(cache.size(), 0u);
}

TEST_F(AccountCacheTest, TakesNoAnswerFromBeforeAnInvalidation) {
  AccountCache cache(Options(10));
  const uint64_t generation = cache.Generation("a");
  cache.Invalidate("a");
  cache.Put("a", generation, Named("stale"));
  EXPECT_FALSE(cache.Get("a").has_value());

  const uint64_t again = cache.Generation("a");
  cache.InvalidateAll();
  cache.Put("a", again, Named("stale"));
  EXPECT_FALSE(cache.Get("a").has_value());
}

TEST_F(AccountCacheTest, InvalidatesOneOrAll) {
  AccountCache cache(Options(10));
  for (const char* name : {"a", "b", "c"}) cache.Put(name, cache.Generation(name), Named(name));
  cache.Invalidate("a");
  cache.Invalidate("unknown");
  EXPECT_FALSE(cache.Get("a").has_value());
  EXPECT_TRUE(cache.Get("b").has_value());
  cache.InvalidateAll();
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_FALSE(cache.Get("b").has_value());
}

TEST_F(AccountCacheTest, ServesManyThreads) {
  AccountCache cache({.capacity = 64, .shards = 4});
  std::atomic<int> hits = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, &hits, t] {
      for (int i = 0; i < 5000; ++i) {
        const std::string name = std::to_string((i * 7 + t) % 100);
        if (const auto account = cache.Get(name)) {
          EXPECT_EQ((*account)->authentication_id, name);
          ++hits;
        } else {
          cache.Put(name, cache.Generation(name), Named(name));
        }
        if (i % 50 == 0) cache.Invalidate(name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(hits, 0);
  EXPECT_LE(cache.size(), 64u);
}

}  // namespace
}  // namespace sallyport::server
