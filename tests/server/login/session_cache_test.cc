#include "server/login/session_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::server {
namespace {

absl::Time fake_now;

SessionCache::Options Options(size_t capacity = 1024) {
  fake_now = absl::FromUnixSeconds(1'800'000'000);
  return {.capacity = capacity,
          .stale_after = absl::Seconds(60),
          .time_to_live = absl::Seconds(120),
          .now = [] { return fake_now; }};
}

RememberedSession Session(const std::string& id, std::string_view state = "state") {
  return {.id = id, .state = Secret(state)};
}

// The state found, with a '*' behind it where it is stale; empty: unknown.
std::string Take(SessionCache& cache, const std::string& id) {
  const SessionAnswer answer = cache.Take(id);
  const auto* found = std::get_if<SessionFound>(&answer);
  if (found == nullptr) return "";
  return std::string(found->state.view()).append(found->stale ? "*" : "");
}

TEST(SessionCache, GivesASessionOutOnce) {
  SessionCache cache(Options());
  cache.Remember(Session("a", "first"));
  EXPECT_EQ(Take(cache, "b"), "");
  EXPECT_EQ(Take(cache, "a"), "first");
  EXPECT_EQ(Take(cache, "a"), "");
  cache.Remember(Session("a", "second"));
  EXPECT_EQ(Take(cache, "a"), "second");
}

TEST(SessionCache, KeepsTheLastSessionOfAnId) {
  SessionCache cache(Options());
  cache.Remember(Session("a", "first"));
  cache.Remember(Session("a", "second"));
  EXPECT_EQ(Take(cache, "a"), "second");
  EXPECT_EQ(Take(cache, "a"), "");
}

TEST(SessionCache, SaysWhatIsStaleAndForgetsWhatIsOld) {
  SessionCache cache(Options());
  cache.Remember(Session("fresh"));
  cache.Remember(Session("stale"));
  cache.Remember(Session("old"));
  fake_now += absl::Seconds(59);
  EXPECT_EQ(Take(cache, "fresh"), "state");
  fake_now += absl::Seconds(1);
  EXPECT_EQ(Take(cache, "stale"), "state*");
  fake_now += absl::Seconds(60);
  EXPECT_EQ(Take(cache, "old"), "");
}

TEST(SessionCache, ForgetsTheOldestWhereItIsFull) {
  SessionCache cache(Options(2));
  cache.Remember(Session("a"));
  cache.Remember(Session("b"));
  cache.Remember(Session("c"));
  EXPECT_EQ(Take(cache, "a"), "");
  EXPECT_EQ(Take(cache, "b"), "state");
  EXPECT_EQ(Take(cache, "c"), "state");
}

}  // namespace
}  // namespace sallyport::server
