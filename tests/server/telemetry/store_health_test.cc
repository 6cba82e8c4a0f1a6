#include "server/telemetry/store_health.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/rpc/readiness_health.h"

namespace sallyport::server {
namespace {

// What a store answers to pings: how is the test's to say.
struct Answers {
  std::atomic<bool> up = true;
  std::atomic<bool> silent = false;
  std::atomic<int> pings = 0;
};

class PingedBackend final : public StoreBackend {
 public:
  explicit PingedBackend(Answers& answers) : answers_(answers) {}
  ~PingedBackend() override {
    for (auto& done : held_) std::move(done)(absl::UnavailableError("closing"));
  }
  void Read(const UserKey&, LookupDone done) override {
    std::move(done)(std::shared_ptr<const Account>());
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    ++answers_.pings;
    if (answers_.silent) {
      held_.push_back(std::move(done));
      return;
    }
    std::move(done)(answers_.up ? absl::OkStatus() : absl::UnavailableError("down"));
  }

 private:
  Answers& answers_;
  std::deque<absl::AnyInvocable<void(absl::Status) &&>> held_;
};

class StoreHealthTest : public testing::Test {
 protected:
  void Start(const std::vector<std::string>& stores) {
    Write(stores);
    auto source =
        PolicySource::Create({.file = file_,
                              .surroundings = {.decoy_key = Secret("any")},
                              .open_store = [this](const v1::Store& store) { return Open(store); },
                              .watch_period = absl::ZeroDuration()});
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
    health_ = std::make_unique<StoreHealth>(
        *source_,
        StoreHealth::Options{.period = absl::Milliseconds(1), .patience = absl::Milliseconds(50)},
        [this](const ActivePolicy&, const std::vector<StoreHealth::Store>& stores) {
          absl::MutexLock lock(&mutex_);
          told_.clear();
          for (const auto& store : stores) told_[store.name] = store.up;
        });
  }

  void Write(const std::vector<std::string>& stores) {
    std::ofstream file(file_, std::ios::trunc);
    file << "stores:\n";
    for (const auto& name : stores) file << "  - {name: " << name << ", sqlite: {path: x}}\n";
    file << "rules: {stores: [{store: " << stores.front() << "}]}\n";
  }

  // Waits until it was told exactly so.
  void Await(const std::map<std::string, std::optional<bool>>& stores) {
    const auto is_so = [&] { return told_ == stores; };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&is_so), absl::Seconds(30)));
  }

  // Filled before the service runs; the pings read it.
  std::map<std::string, Answers> answers_;
  const std::string file_ = testing::TempDir() + "/store_health.yaml";
  std::unique_ptr<PolicySource> source_;

 private:
  absl::StatusOr<std::shared_ptr<CredentialStore>> Open(const v1::Store& store) {
    CredentialStoreOptions options;
    options.name = store.name();
    return CredentialStore::Create(std::move(options), [&](StoreChanges&) {
      return std::make_unique<PingedBackend>(answers_[store.name()]);
    });
  }

  absl::Mutex mutex_;
  std::map<std::string, std::optional<bool>> told_;

 protected:
  // Ends before what it tells to, and asks.
  std::unique_ptr<StoreHealth> health_;
};

TEST_F(StoreHealthTest, NoticesThatAStoreGoesAndComesBack) {
  answers_["b"].up = false;
  Start({"a", "b"});
  Await({{"a", true}, {"b", false}});
  answers_["a"].up = false;
  Await({{"a", false}, {"b", false}});
  answers_["b"].up = true;
  Await({{"a", false}, {"b", true}});
}

TEST_F(StoreHealthTest, TakesAStoreThatDoesNotAnswerForDownAndAsksItNoMore) {
  answers_["mute"].silent = true;
  Start({"mute"});
  Await({{"mute", false}});
  EXPECT_EQ(answers_["mute"].pings, 1);
}

TEST_F(StoreHealthTest, FollowsThePolicy) {
  Start({"a", "b"});
  Await({{"a", true}, {"b", true}});
  answers_["c"].up = false;
  Write({"a", "c"});
  ASSERT_TRUE(source_->Reload().status.ok());
  Await({{"a", true}, {"c", false}});
  const auto stores = health_->Stores();
  ASSERT_EQ(stores.size(), 2u);
  EXPECT_EQ(stores[0].name, "a");
  EXPECT_EQ(stores[1].name, "c");
}

TEST_F(StoreHealthTest, DoesNotHoldUpItsEndNorThePolicysWhileAPingIsUnderWay) {
  answers_["mute"].silent = true;
  Start({"mute"});
  Await({{"mute", false}});
  // Had the ping held its policy, this would take its whole patience.
  const absl::Time begin = absl::Now();
  health_.reset();
  source_.reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
}

TEST(MayLogIn, UnlessEveryWayInIsShut) {
  using Stores = std::vector<StoreHealth::Store>;
  v1::Policy policy;
  policy.add_stores()->set_name("a");
  policy.add_stores()->set_name("b");
  EXPECT_FALSE(MayLogIn(policy, Stores{{"a", false}, {"b", false}}));
  EXPECT_FALSE(MayLogIn(policy, Stores{{"a", std::nullopt}, {"b", false}}));
  EXPECT_TRUE(MayLogIn(policy, Stores{{"a", true}, {"b", false}}));
  v1::Policy stale = policy;
  stale.mutable_stores(1)->mutable_cache()->mutable_stale_while_down()->set_seconds(60);
  EXPECT_TRUE(MayLogIn(stale, Stores{{"a", false}, {"b", false}}));
  v1::Policy files = policy;
  files.mutable_stores(0)->mutable_file()->set_path("htpasswd");
  EXPECT_TRUE(MayLogIn(files, Stores{{"a", false}, {"b", false}}));
  v1::Policy tokens = policy;
  tokens.add_token_issuers()->set_name("idp");
  EXPECT_TRUE(MayLogIn(tokens, Stores{{"a", false}, {"b", false}}));
  EXPECT_TRUE(MayLogIn(v1::Policy(), Stores{}));
}

}  // namespace
}  // namespace sallyport::server
