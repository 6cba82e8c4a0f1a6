#include "server/tokens/fetched_key_set.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/tokens/token_signer.h"
#include "tests/server/tokens/answer_box.h"
#include "tests/server/tokens/key_server.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string KeysNamed(const std::string& id) {
  return KeySetOf({TokenSigner::Octets(std::string(32, 'k')).Jwk(R"("kid":")" + id + "\",")});
}

std::string IdIn(const std::shared_ptr<const KeySet>& keys) {
  return keys == nullptr || keys->keys().empty() ? "" : keys->keys()[0].id().value_or("");
}

class FetchedKeySetTest : public testing::Test {
 protected:
  // Fetches nothing by itself but the first, on a clock that stands still.
  FetchedKeySetOptions Options(const std::string& path = "/keys") {
    FetchedKeySetOptions options;
    options.url = server_.Url(path);
    options.refresh = absl::Hours(1000);
    options.max_age = absl::Hours(2000);
    options.first_retry = absl::Hours(1000);
    options.last_retry = absl::Hours(1000);
    options.clock = [now = now_] { return absl::FromUnixSeconds(now->load()); };
    return options;
  }

  void Pass(int seconds) { now_->fetch_add(seconds); }

  static KeySetAnswer Refreshed(FetchedKeySet& keys) {
    AnswerBox<KeySetAnswer> box;
    keys.Refresh(box.Callback());
    return box.Await()[0];
  }

  KeyServer server_{KeysNamed("first")};
  const std::shared_ptr<std::atomic<int64_t>> now_ =
      std::make_shared<std::atomic<int64_t>>(1'000'000);
};

TEST_F(FetchedKeySetTest, WaitsForTheFirstFetchOnly) {
  FetchedKeySet keys(Options("/gated"));
  EXPECT_EQ(server_.AwaitRequest(), "/gated");
  EXPECT_EQ(keys.Current(), nullptr);
  EXPECT_FALSE(keys.Newest().has_value());
  AnswerBox<KeySetAnswer> box;
  keys.Refresh(box.Callback());
  EXPECT_EQ(box.size(), 0u);
  server_.Open();
  EXPECT_EQ(IdIn(*box.Await()[0]), "first");
  EXPECT_EQ(IdIn(keys.Current()), "first");
  EXPECT_EQ(IdIn(**keys.Newest()), "first");
  EXPECT_THAT(server_.Stop(), IsEmpty());
}

TEST_F(FetchedKeySetTest, FetchesOverVerifiedTls) {
  const client::TestAuthority authority;
  KeyServer server(KeysNamed("tls"), authority.Issue("localhost"));
  FetchedKeySetOptions options = Options();
  options.url = server.Url();
  options.ca_file = client::WriteFile("ca.pem", authority.certificate());
  FetchedKeySet trusted(std::move(options));
  EXPECT_EQ(IdIn(*Refreshed(trusted)), "tls");
  FetchedKeySetOptions without = Options();
  without.url = server.Url();
  FetchedKeySet untrusted(std::move(without));
  EXPECT_EQ(Refreshed(untrusted).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(untrusted.Current(), nullptr);
}

TEST_F(FetchedKeySetTest, AFloodMakesOneFetchInEachInterval) {
  FetchedKeySet keys(Options());
  EXPECT_TRUE(Refreshed(keys).ok());
  AnswerBox<KeySetAnswer> early;
  Pass(9);
  for (int i = 0; i < 1000; ++i) keys.Refresh(early.Callback());
  // At once, and from what is there.
  EXPECT_EQ(early.size(), 1000u);
  EXPECT_EQ(IdIn(**keys.Newest()), "first");
  server_.Publish(KeysNamed("second"));
  Pass(1);
  EXPECT_FALSE(keys.Newest().has_value());
  AnswerBox<KeySetAnswer> late;
  for (int i = 0; i < 1000; ++i) keys.Refresh(late.Callback());
  for (const KeySetAnswer& answer : late.Await(1000)) EXPECT_EQ(IdIn(*answer), "second");
  EXPECT_THAT(server_.Stop(), SizeIs(2));
}

TEST_F(FetchedKeySetTest, ThoseWhoComeDuringAFetchShareIt) {
  FetchedKeySetOptions options = Options("/gated");
  options.max_waiting = 3;
  FetchedKeySet keys(std::move(options));
  EXPECT_EQ(server_.AwaitRequest(), "/gated");
  AnswerBox<KeySetAnswer> box;
  for (int i = 0; i < 3; ++i) keys.Refresh(box.Callback());
  EXPECT_EQ(box.size(), 0u);
  // One too many is turned away at once.
  EXPECT_EQ(Refreshed(keys).status().code(), absl::StatusCode::kResourceExhausted);
  server_.Open();
  for (const KeySetAnswer& answer : box.Await(3)) EXPECT_EQ(IdIn(*answer), "first");
  EXPECT_THAT(server_.Stop(), IsEmpty());
}

TEST_F(FetchedKeySetTest, FetchesAgainAfterEachPeriod) {
  FetchedKeySetOptions options = Options();
  options.refresh = absl::Milliseconds(5);
  options.clock = MonotonicNow;
  FetchedKeySet keys(std::move(options));
  for (int i = 0; i < 5; ++i) server_.AwaitRequest();
}

TEST_F(FetchedKeySetTest, KeepsOldKeysWhileNewOnesCannotBeHad) {
  LogTap log;
  FetchedKeySet keys(Options());
  EXPECT_TRUE(Refreshed(keys).ok());
  EXPECT_THAT(log.AwaitLine("key set loaded"), HasSubstr(server_.Url()));
  server_.AnswerWith(503);
  Pass(10);
  const KeySetAnswer failed = Refreshed(keys);
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(failed.status().message()), HasSubstr("503"));
  EXPECT_THAT(log.AwaitLine("key set not fetched"), HasSubstr("503"));
  EXPECT_EQ(IdIn(keys.Current()), "first");
}

TEST_F(FetchedKeySetTest, WhatIsNoKeySetIsAFailureAsWell) {
  FetchedKeySet keys(Options());
  EXPECT_TRUE(Refreshed(keys).ok());
  server_.Publish("<html>maintenance</html>");
  Pass(10);
  EXPECT_THAT(std::string(Refreshed(keys).status().message()), HasSubstr("not JSON"));
  EXPECT_EQ(IdIn(keys.Current()), "first");
}

TEST_F(FetchedKeySetTest, ForgetsKeysThatTheIssuerWithdraws) {
  FetchedKeySet keys(Options());
  EXPECT_TRUE(Refreshed(keys).ok());
  server_.Publish(R"({"keys":[]})");
  Pass(10);
  EXPECT_TRUE((*Refreshed(keys))->keys().empty());
  EXPECT_TRUE(keys.Current()->keys().empty());
}

TEST_F(FetchedKeySetTest, BelievesNoKeysThatAreTooOld) {
  FetchedKeySetOptions options = Options();
  options.max_age = absl::Seconds(100);
  FetchedKeySet keys(std::move(options));
  EXPECT_TRUE(Refreshed(keys).ok());
  server_.AnswerWith(500);
  Pass(100);
  EXPECT_FALSE(Refreshed(keys).ok());
  EXPECT_EQ(IdIn(keys.Current()), "first");
  Pass(1);
  EXPECT_EQ(keys.Current(), nullptr);
  EXPECT_EQ(keys.Newest()->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FetchedKeySetTest, AFailingIssuerIsNotAskedOnDemand) {
  server_.AnswerWith(500);
  FetchedKeySet keys(Options());
  EXPECT_FALSE(Refreshed(keys).ok());
  Pass(3600);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(Refreshed(keys).ok());
  EXPECT_THAT(server_.Stop(), SizeIs(1));
}

TEST_F(FetchedKeySetTest, TriesAgainUntilTheIssuerAnswers) {
  server_.AnswerWith(500);
  FetchedKeySetOptions options = Options();
  options.clock = MonotonicNow;
  options.first_retry = absl::Milliseconds(1);
  options.last_retry = absl::Milliseconds(4);
  FetchedKeySet keys(std::move(options));
  for (int i = 0; i < 5; ++i) server_.AwaitRequest();
  LogTap log;
  server_.AnswerWith(200);
  log.AwaitLine("key set can be fetched again");
  EXPECT_EQ(IdIn(*Refreshed(keys)), "first");
}

TEST_F(FetchedKeySetTest, WaitsLongerAfterEachFailure) {
  server_.AnswerWith(500);
  FetchedKeySetOptions options = Options();
  options.clock = MonotonicNow;
  options.first_retry = absl::Milliseconds(20);
  options.last_retry = absl::Hours(1);
  const absl::Time begin = MonotonicNow();
  FetchedKeySet keys(std::move(options));
  for (int i = 0; i < 5; ++i) server_.AwaitRequest();
  // 20, 40, 80 and 160 ms, each up to a tenth less.
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(270));
}

TEST_F(FetchedKeySetTest, EndsDuringAFetchAndAnswersThoseWhoWait) {
  AnswerBox<KeySetAnswer> box;
  {
    FetchedKeySetOptions options = Options("/gated");
    options.timeout = absl::Hours(1);
    FetchedKeySet keys(std::move(options));
    EXPECT_EQ(server_.AwaitRequest(), "/gated");
    keys.Refresh(box.Callback());
  }
  EXPECT_EQ(box.Await()[0].status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sallyport::server
