#include "server/stores/credential_store.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

std::shared_ptr<const Account> Named(const std::string& name) {
  auto account = std::make_shared<Account>();
  account->authentication_id = name;
  return account;
}

// Owes every answer until a test gives it.
class OwingBackend : public StoreBackend {
 public:
  ~OwingBackend() override {
    while (!owed_.empty()) Answer(absl::UnavailableError("the store is closing"));
  }

  void Read(const UserKey& user, LookupDone done) override {
    asked_.push_back(user);
    owed_.push_back(std::move(done));
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::OkStatus());
  }

  // Answers the oldest question that is open.
  void Answer(LookupResult result) {
    LookupDone done = std::move(owed_.front());
    owed_.pop_front();
    std::move(done)(std::move(result));
  }
  const std::vector<UserKey>& asked() const { return asked_; }

 private:
  std::vector<UserKey> asked_;
  std::deque<LookupDone> owed_;
};

class CredentialStoreTest : public testing::Test {
 protected:
  CredentialStore& Open() {
    options_.name = "main";
    options_.cache.clock = [this] { return now_; };
    auto store = CredentialStore::Create(std::move(options_), [this](StoreChanges& changes) {
      changes_ = &changes;
      auto backend = std::make_unique<OwingBackend>();
      backend_ = backend.get();
      return backend;
    });
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    return *store_;
  }
  // Where the answer to a lookup will be.
  std::shared_ptr<std::optional<LookupResult>> Ask(const std::string& name,
                                                   const std::string& tenant = "") {
    auto answer = std::make_shared<std::optional<LookupResult>>();
    store_->Lookup(tenant, name, [answer](LookupResult result) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      *answer = std::move(result);
    });
    return answer;
  }
  // Makes the store know "alice", as of now.
  void CacheAlice() {
    Ask("alice");
    backend_->Answer(Named("alice"));
    ASSERT_TRUE(store_->LookupCached("", "alice").has_value());
  }

  CredentialStoreOptions options_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  OwingBackend* backend_ = nullptr;
  StoreChanges* changes_ = nullptr;
  std::unique_ptr<CredentialStore> store_;
};

TEST_F(CredentialStoreTest, SignsWhatItAnswersAndRemembersIt) {
  CredentialStore& store = Open();
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  const auto answer = Ask("alice");
  EXPECT_FALSE(answer->has_value());
  backend_->Answer(Named("alice"));
  ASSERT_TRUE((*answer)->ok());
  EXPECT_EQ((**answer)->get()->authentication_id, "alice");
  EXPECT_EQ((**answer)->get()->store, "main");
  ASSERT_TRUE(store.LookupCached("", "alice").has_value());
  EXPECT_EQ((*store.LookupCached("", "alice"))->store, "main");
}

TEST_F(CredentialStoreTest, FailsAsItsBackendDoes) {
  const auto store = CredentialStore::Create(
      {}, [](StoreChanges&) { return absl::InvalidArgumentError("no such file"); });
  EXPECT_EQ(store.status(), absl::InvalidArgumentError("no such file"));
}

TEST_F(CredentialStoreTest, RemembersNoFailure) {
  CredentialStore& store = Open();
  const auto answer = Ask("alice");
  backend_->Answer(absl::UnavailableError("down"));
  EXPECT_EQ((*answer)->status(), absl::UnavailableError("down"));
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
}

TEST_F(CredentialStoreTest, ForgetsThatThereIsNoSuchUserSooner) {
  options_.cache.ttl = absl::Seconds(60);
  options_.cache.negative_ttl = absl::Seconds(10);
  CredentialStore& store = Open();
  CacheAlice();
  Ask("bob");
  backend_->Answer(nullptr);
  now_ += absl::Seconds(9);
  ASSERT_TRUE(store.LookupCached("", "bob").has_value());
  EXPECT_EQ(*store.LookupCached("", "bob"), nullptr);
  now_ += absl::Seconds(1);
  EXPECT_EQ(store.LookupCached("", "bob"), std::nullopt);
  EXPECT_TRUE(store.LookupCached("", "alice").has_value());
  now_ += absl::Seconds(50);
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
}

TEST_F(CredentialStoreTest, AsksOnceForEqualLookups) {
  Open();
  std::vector<std::shared_ptr<std::optional<LookupResult>>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(Ask("alice"));
  EXPECT_EQ(backend_->asked().size(), 1u);
  backend_->Answer(Named("alice"));
  for (const auto& answer : answers) EXPECT_TRUE(answer->has_value() && (*answer)->ok());
  Ask("alice");
  EXPECT_EQ(backend_->asked().size(), 2u);
}

TEST_F(CredentialStoreTest, BoundsHowManyWait) {
  options_.max_waiting = 3;
  CredentialStore& store = Open();
  const auto first = Ask("alice");
  const auto joined = Ask("alice");
  const auto other = Ask("bob");
  EXPECT_EQ(store.stats().waiting, 3u);
  for (const char* name : {"alice", "carol"}) {
    const auto refused = Ask(name);
    ASSERT_TRUE(refused->has_value());
    EXPECT_EQ((*refused)->status().code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(backend_->asked().size(), 2u);
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(first->has_value() && joined->has_value());
  EXPECT_EQ(store.stats().waiting, 1u);
  EXPECT_FALSE(Ask("carol")->has_value());
}

TEST_F(CredentialStoreTest, BoundsWhatAHangingBackendOwes) {
  options_.timeout = absl::Milliseconds(1);
  options_.max_waiting = 2;
  CredentialStore& store = Open();
  for (const char* name : {"alice", "bob"}) {
    EXPECT_EQ(WaitForLookup(store, "", name).status().code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_EQ(store.stats().waiting, 0u);
  EXPECT_EQ(WaitForLookup(store, "", "carol").status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(backend_->asked().size(), 2u);
  backend_->Answer(Named("alice"));
  EXPECT_EQ(WaitForLookup(store, "", "carol").status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CredentialStoreTest, JoinsNoLookupFromBeforeAChange) {
  Open();
  const auto before = Ask("alice");
  changes_->Changed({"", "alice"});
  const auto after = Ask("alice");
  EXPECT_EQ(backend_->asked().size(), 2u);
  backend_->Answer(nullptr);
  EXPECT_TRUE(before->has_value());
  EXPECT_FALSE(after->has_value());
  // Nor does the old one's end keep equal lookups from joining the new one.
  Ask("alice");
  EXPECT_EQ(backend_->asked().size(), 2u);
  backend_->Answer(Named("alice"));
  ASSERT_TRUE(after->has_value());
  EXPECT_NE(***after, nullptr);
}

TEST_F(CredentialStoreTest, JoinsNoLookupFromBeforeAChangeOfUnknownExtent) {
  Open();
  Ask("alice");
  changes_->AllChanged();
  Ask("alice");
  EXPECT_EQ(backend_->asked().size(), 2u);
}

TEST_F(CredentialStoreTest, RemembersNoAnswerFromBeforeAChange) {
  CredentialStore& store = Open();
  const auto one = Ask("alice");
  changes_->Changed({"", "alice"});
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(one->has_value());
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  Ask("alice");
  changes_->AllChanged();
  backend_->Answer(Named("alice"));
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
}

TEST_F(CredentialStoreTest, ForgetsAUserWhoChanged) {
  CredentialStore& store = Open();
  CacheAlice();
  changes_->Changed({"", "alice"});
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  CacheAlice();
  store.Forget();
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
}

TEST_F(CredentialStoreTest, EndsALookupAtItsDeadlineAndTakesTheLateAnswer) {
  options_.timeout = absl::Milliseconds(1);
  CredentialStore& store = Open();
  EXPECT_EQ(WaitForLookup(store, "", "alice").status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  EXPECT_EQ(store.stats().failures, 1u);
  // WaitForLookup would notice a second call of `done`.
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(store.LookupCached("", "alice").has_value());
  EXPECT_EQ(store.stats().waiting, 0u);
}

TEST_F(CredentialStoreTest, EndsALookupThatJoinedALateOneWithIt) {
  options_.timeout = absl::Milliseconds(20);
  CredentialStore& store = Open();
  absl::Notification first;
  store.Lookup("", "alice", [&](LookupResult) { first.Notify(); });
  EXPECT_EQ(WaitForLookup(store, "", "alice").status().code(), absl::StatusCode::kDeadlineExceeded);
  first.WaitForNotification();
}

TEST_F(CredentialStoreTest, ServesStaleAnswersWhileTheBackendIsDownForAWhileOnly) {
  options_.cache.ttl = absl::Seconds(60);
  options_.cache.stale_while_down = absl::Seconds(100);
  CredentialStore& store = Open();
  CacheAlice();
  now_ += absl::Seconds(159);
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  const auto stale = Ask("alice");
  backend_->Answer(absl::UnavailableError("down"));
  ASSERT_TRUE((*stale)->ok()) << (*stale)->status();
  EXPECT_EQ((**stale)->get()->authentication_id, "alice");
  EXPECT_EQ(store.stats().stale, 1u);
  // It stands for a moment, so that not every login waits for what is down.
  EXPECT_TRUE(store.LookupCached("", "alice").has_value());
  now_ += absl::Seconds(1);
  EXPECT_EQ(store.LookupCached("", "alice"), std::nullopt);
  const auto late = Ask("alice");
  backend_->Answer(absl::UnavailableError("down"));
  EXPECT_EQ((*late)->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CredentialStoreTest, ServesNothingStaleUnlessItIsToldTo) {
  CredentialStore& store = Open();
  CacheAlice();
  now_ += absl::Seconds(60);
  const auto answer = Ask("alice");
  backend_->Answer(absl::UnavailableError("down"));
  EXPECT_EQ((*answer)->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store.stats().stale, 0u);
}

TEST_F(CredentialStoreTest, ServesNothingStaleAfterAChange) {
  options_.cache.stale_while_down = absl::Hours(1);
  Open();
  CacheAlice();
  const auto during = Ask("alice");
  changes_->Changed({"", "alice"});
  backend_->Answer(absl::UnavailableError("down"));
  EXPECT_EQ((*during)->status().code(), absl::StatusCode::kUnavailable);
  const auto after = Ask("alice");
  backend_->Answer(absl::UnavailableError("down"));
  EXPECT_EQ((*after)->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CredentialStoreTest, ServesNothingStaleWhereTheBackendIsNotDown) {
  options_.cache.stale_while_down = absl::Hours(1);
  CredentialStore& store = Open();
  CacheAlice();
  now_ += absl::Seconds(60);
  const auto refused = Ask("alice");
  backend_->Answer(absl::ResourceExhaustedError("busy"));
  EXPECT_EQ((*refused)->status().code(), absl::StatusCode::kResourceExhausted);
  const auto gone = Ask("alice");
  backend_->Answer(nullptr);
  ASSERT_TRUE((*gone)->ok());
  EXPECT_EQ(***gone, nullptr);
  EXPECT_EQ(*store.LookupCached("", "alice"), nullptr);
}

TEST_F(CredentialStoreTest, KeepsTenantsApart) {
  options_.per_tenant = true;
  CredentialStore& store = Open();
  Ask("alice", "blue");
  Ask("alice", "green");
  EXPECT_EQ(backend_->asked(), (std::vector<UserKey>{{"blue", "alice"}, {"green", "alice"}}));
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(store.LookupCached("blue", "alice").has_value());
  EXPECT_EQ(store.LookupCached("green", "alice"), std::nullopt);
  backend_->Answer(nullptr);
  EXPECT_EQ(*store.LookupCached("green", "alice"), nullptr);
  changes_->Changed({"green", "alice"});
  EXPECT_EQ(store.LookupCached("green", "alice"), std::nullopt);
  EXPECT_NE(*store.LookupCached("blue", "alice"), nullptr);
  // The place where a tenant ends and a name begins counts.
  EXPECT_EQ(store.LookupCached("bluea", "lice"), std::nullopt);
}

TEST_F(CredentialStoreTest, SharesUsersBetweenTenants) {
  CredentialStore& store = Open();
  Ask("alice", "blue");
  Ask("alice", "green");
  EXPECT_EQ(backend_->asked(), (std::vector<UserKey>{{"", "alice"}}));
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(store.LookupCached("red", "alice").has_value());
}

TEST_F(CredentialStoreTest, TakesALookupFromACallback) {
  options_.max_waiting = 1;
  CredentialStore& store = Open();
  bool answered = false;
  store.Lookup("", "alice", [&](LookupResult) {
    store.Lookup("", "alice", [&](LookupResult result) { answered = result.ok(); });
  });
  backend_->Answer(Named("alice"));
  ASSERT_EQ(backend_->asked().size(), 2u);
  backend_->Answer(Named("alice"));
  EXPECT_TRUE(answered);
}

TEST_F(CredentialStoreTest, AnswersEveryLookupWhenItCloses) {
  CredentialStore& store = Open();
  const auto alice = Ask("alice");
  const auto bob = Ask("bob");
  absl::Status asked_again;
  store.Lookup("", "alice", [&](LookupResult) {
    store.Lookup("", "alice", [&](LookupResult result) { asked_again = result.status(); });
  });
  store_.reset();
  for (const auto& answer : {alice, bob}) {
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((*answer)->status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(asked_again.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sallyport::server
