#include "server/policy/policy_source.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "server/login/broker_session.h"

namespace sallyport::server {
namespace {

// Knows nobody; or holds every answer back until it is destroyed.
class EmptyBackend : public StoreBackend {
 public:
  EmptyBackend(bool holds, absl::Notification* closed) : holds_(holds), closed_(closed) {}
  ~EmptyBackend() override {
    for (LookupDone& done : held_) std::move(done)(absl::UnavailableError("closing"));
    if (closed_ != nullptr) closed_->Notify();
  }
  void Read(const UserKey&, LookupDone done) override {
    if (!holds_) return std::move(done)(std::shared_ptr<const Account>());
    held_.push_back(std::move(done));
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::OkStatus());
  }

 private:
  const bool holds_;
  absl::Notification* const closed_;
  std::vector<LookupDone> held_;
};

class PolicySourceTest : public testing::Test {
 protected:
  PolicySourceTest() {
    std::string folder = testing::TempDir() + "/policyXXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    file_ = folder + "/policy.yaml";
  }

  // Replaces the file at once.
  void Write(const std::string& text) {
    std::ofstream(file_ + ".new") << text;
    ASSERT_EQ(rename((file_ + ".new").c_str(), file_.c_str()), 0);
  }

  static std::string Policy(const std::string& version, const std::string& path = "a") {
    return "version: '" + version + "'\nstores: [{name: s, sqlite: {path: " + path +
           "}}]\nrules: {stores: [{store: s}]}\n";
  }

  void Start(absl::Duration watch_period = absl::Milliseconds(10),
             absl::Duration still_for = absl::ZeroDuration()) {
    auto source =
        PolicySource::Create({.file = file_,
                              .surroundings = {.decoy_key = Secret("any")},
                              .open_store = [this](const v1::Store& store) { return Open(store); },
                              .on_change =
                                  [this](const PolicyChange& change) {
                                    absl::MutexLock lock(&mutex_);
                                    changes_.push_back(change);
                                  },
                              .watch_period = watch_period,
                              .still_for = still_for,
                              .first_retry = absl::Milliseconds(1),
                              .last_retry = absl::Milliseconds(20)});
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }

  // The change of that number, the first being 0.
  PolicyChange WaitForChange(size_t number) {
    const auto come = [this, number] { return changes_.size() > number; };
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&come));
    return changes_[number];
  }

  // Has the store at the path "flaky" fail so, or not.
  void FailWith(const std::string& error) {
    absl::MutexLock lock(&mutex_);
    error_ = error;
  }
  // Waits until it was tried so often, since it was told to fail so.
  void WaitForTries(const std::string& error, int tries) {
    const auto tried = [&] { return tries_[error] >= tries; };
    absl::MutexLock lock(&mutex_, absl::Condition(&tried));
  }
  size_t Changes() {
    absl::MutexLock lock(&mutex_);
    return changes_.size();
  }

  std::string ActiveVersion() { return source_->Current()->policy->version(); }

  bool holds_answers_ = false;
  absl::Notification* closed_ = nullptr;
  std::vector<std::string> opened_;
  std::string file_;
  std::unique_ptr<PolicySource> source_;

 private:
  absl::StatusOr<std::shared_ptr<CredentialStore>> Open(const v1::Store& store) {
    opened_.push_back(store.sqlite().path());
    if (store.sqlite().path() == "broken") return absl::InvalidArgumentError("cannot be opened");
    if (store.sqlite().path() == "flaky") {
      absl::MutexLock lock(&mutex_);
      ++tries_[error_];
      if (!error_.empty()) return absl::NotFoundError(error_);
    }
    CredentialStoreOptions options;
    options.name = store.name();
    return CredentialStore::Create(std::move(options), [&](StoreChanges&) {
      return std::make_unique<EmptyBackend>(holds_answers_, std::exchange(closed_, nullptr));
    });
  }

  absl::Mutex mutex_;
  std::vector<PolicyChange> changes_;
  std::string error_;
  std::map<std::string, int> tries_;
};

TEST_F(PolicySourceTest, LoadsTheFileWhenItIsReplaced) {
  Write(Policy("1"));
  Start();
  EXPECT_EQ(ActiveVersion(), "1");
  const uint64_t serial = source_->serial();
  const auto before = source_->Current();
  Write(Policy("2"));
  const PolicyChange change = WaitForChange(0);
  EXPECT_TRUE(change.status.ok()) << change.status;
  EXPECT_FALSE(change.asked_for);
  EXPECT_EQ(change.version, "2");
  EXPECT_EQ(change.hash, source_->Current()->policy->hash());
  EXPECT_EQ(ActiveVersion(), "2");
  EXPECT_GT(source_->serial(), serial);
  EXPECT_EQ(before->policy->version(), "1") << "whoever holds it goes on under it";
}

TEST_F(PolicySourceTest, KeepsThePolicyWhereTheNewOneIsBroken) {
  Write(Policy("1"));
  Start();
  Write("rulse: {}\n");
  const PolicyChange broken = WaitForChange(0);
  EXPECT_NE(broken.status.message().find("policy.yaml:1:1: unknown key 'rulse'"), std::string::npos)
      << broken.status;
  EXPECT_EQ(ActiveVersion(), "1");
  EXPECT_FALSE(source_->Failure().ok());
  Write(Policy("3", "broken"));
  const PolicyChange store = WaitForChange(1);
  EXPECT_NE(store.status.message().find("store 's': cannot be opened"), std::string::npos)
      << store.status;
  EXPECT_EQ(ActiveVersion(), "1");
  // And the way back, to the very text that is active.
  Write(Policy("1"));
  EXPECT_TRUE(source_->Reload().status.ok());
  EXPECT_TRUE(source_->Failure().ok());
  EXPECT_EQ(ActiveVersion(), "1");
  const PolicyChange back = WaitForChange(2);
  EXPECT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.hash, source_->Current()->policy->hash());
}

TEST_F(PolicySourceTest, WaitsUntilNobodyWritesIntoTheFileAnyMore) {
  constexpr absl::Duration kStill = absl::Milliseconds(300);
  Write(Policy("1"));
  Start(absl::Milliseconds(1), kStill);
  // Each is a policy; only the last is meant.
  for (int i = 0; i < 100; ++i) {
    std::ofstream(file_, std::ios::trunc) << Policy("torn");
    std::ofstream(file_, std::ios::app) << "# more\n";
  }
  std::ofstream(file_, std::ios::trunc) << Policy("2");
  struct stat file = {};
  ASSERT_EQ(stat(file_.c_str(), &file), 0);
  EXPECT_EQ(WaitForChange(0).version, "2");
  EXPECT_GE(absl::Now() - absl::TimeFromTimespec(file.st_ctim), kStill);
}

TEST_F(PolicySourceTest, TriesAgainWhatMayPassAndTellsOfEachErrorOnce) {
  Write(Policy("1"));
  Start();
  FailWith("no CA file");
  Write(Policy("2", "flaky"));
  const PolicyChange refused = WaitForChange(0);
  EXPECT_EQ(refused.status.message(), "store 's': no CA file");
  EXPECT_EQ(refused.version, "2");
  EXPECT_NE(refused.hash, source_->Current()->policy->hash());
  EXPECT_EQ(refused.active->version, "1");
  WaitForTries("no CA file", 5);
  EXPECT_EQ(Changes(), 1u);
  FailWith("no password");
  EXPECT_EQ(WaitForChange(1).status.message(), "store 's': no password");
  WaitForTries("no password", 5);
  EXPECT_EQ(source_->Failure().message(), "store 's': no password");
  EXPECT_EQ(Changes(), 2u);
  FailWith("");
  const PolicyChange loaded = WaitForChange(2);
  EXPECT_TRUE(loaded.status.ok()) << loaded.status;
  EXPECT_EQ(loaded.active->version, "2");
  EXPECT_EQ(ActiveVersion(), "2");
  EXPECT_TRUE(source_->Failure().ok());
}

TEST_F(PolicySourceTest, DoesNotTryAgainWhatOnlyAnotherFileCanMend) {
  Write(Policy("1"));
  Start();
  Write(Policy("2", "flaky") + "wrong: 1\n");
  EXPECT_FALSE(WaitForChange(0).status.ok());
  Write(Policy("3", "flaky"));
  EXPECT_EQ(WaitForChange(1).version, "3");
  WaitForTries("", 1);
}

TEST_F(PolicySourceTest, SaysThatTheFileIsGoneUntilItIsBack) {
  Write(Policy("1"));
  Start();
  std::filesystem::rename(file_, file_ + ".away");
  const PolicyChange gone = WaitForChange(0);
  EXPECT_EQ(gone.status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(gone.status.message().find("cannot read " + file_), std::string::npos) << gone.status;
  EXPECT_EQ(gone.hash, "");
  EXPECT_EQ(gone.active->version, "1");
  EXPECT_EQ(source_->Failure(), gone.status);
  EXPECT_EQ(ActiveVersion(), "1");
  std::filesystem::rename(file_ + ".away", file_);
  const PolicyChange back = WaitForChange(1);
  EXPECT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.version, "1");
  EXPECT_TRUE(source_->Failure().ok());
}

TEST_F(PolicySourceTest, TellsWhatWasRefusedAsFarAsItIsKnown) {
  Write(Policy("1"));
  Start(absl::ZeroDuration());
  Write("rules: {mechanisms: [ROT13]}\nversion: '2'\n");
  const PolicyChange judged = source_->Reload();
  EXPECT_EQ(judged.version, "2");
  EXPECT_EQ(judged.hash.size(), 64u);
  EXPECT_EQ(judged.active->version, "1");
  Write("wrong: 1\n");
  const PolicyChange unread = source_->Reload();
  EXPECT_FALSE(unread.status.ok());
  EXPECT_EQ(unread.version, "");
  EXPECT_EQ(unread.hash.size(), 64u);
  EXPECT_NE(unread.hash, judged.hash);
}

TEST_F(PolicySourceTest, SaysThatAPolicyWasAskedFor) {
  Write(Policy("1"));
  Start(absl::ZeroDuration());
  Write(Policy("2"));
  EXPECT_TRUE(source_->Reload().status.ok());
  EXPECT_TRUE(WaitForChange(0).asked_for);
  Write("wrong: 1\n");
  EXPECT_FALSE(source_->Reload().status.ok());
  EXPECT_TRUE(WaitForChange(1).asked_for);
}

TEST_F(PolicySourceTest, KeepsAStoreThatDidNotChange) {
  Write(Policy("1"));
  Start();
  const auto store = source_->Current()->stores[0];
  Write(Policy("2"));
  WaitForChange(0);
  EXPECT_EQ(source_->Current()->stores[0], store);
  EXPECT_EQ(opened_, std::vector<std::string>{"a"});
}

TEST_F(PolicySourceTest, ClosesARetiredStoreOnceNobodyHoldsItsPolicy) {
  absl::Notification closed;
  closed_ = &closed;
  Write(Policy("1"));
  Start();
  auto held = source_->Current();
  Write(Policy("2", "b"));
  WaitForChange(0);
  EXPECT_FALSE(closed.HasBeenNotified());
  held.reset();
  closed.WaitForNotification();
}

TEST_F(PolicySourceTest, AnswersWhoStillWaitsForAStoreWhenItEnds) {
  holds_answers_ = true;
  Write(Policy("1"));
  Start();
  absl::Notification answered;
  auto held = source_->Current();
  CredentialStore& store = *held->stores[0];
  store.Lookup("", "alice", [&, held = std::move(held)](LookupResult result) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
    answered.Notify();
  });
  source_.reset();
  EXPECT_TRUE(answered.HasBeenNotified());
}

TEST_F(PolicySourceTest, FailsToStartWithWhatIsWrong) {
  Write(Policy("1", "broken"));
  const auto source = PolicySource::Create({.file = file_,
                                            .surroundings = {.decoy_key = Secret("any")},
                                            .open_store = [](const v1::Store&) {
                                              return absl::InvalidArgumentError("cannot be opened");
                                            }});
  EXPECT_EQ(source.status().message(), "store 's': cannot be opened");
}

std::string OneBroker(const std::string& name, int max_streams) {
  return "brokers: [{name: " + name +
         ", without_certificate: true, quotas: {max_streams: " + std::to_string(max_streams) +
         "}}]\n";
}

TEST_F(PolicySourceTest, GoesOnWithABrokersNumbersUnderANewPolicy) {
  Write(Policy("1") + OneBroker("edge", 1));
  Start(absl::ZeroDuration());
  auto session = BrokerSession::Begin(*source_, {});
  ASSERT_TRUE(std::holds_alternative<BrokerSession>(session));
  EXPECT_TRUE(std::holds_alternative<std::string>(BrokerSession::Begin(*source_, {})));

  Write(Policy("2") + OneBroker("edge", 2));
  ASSERT_TRUE(source_->Reload().status.ok());
  ASSERT_EQ(source_->BrokerUse().size(), 1u);
  EXPECT_EQ(source_->BrokerUse()[0].streams, 1u);
  EXPECT_EQ(source_->BrokerUse()[0].refused_streams, 1u);
  // With the new quota.
  EXPECT_TRUE(std::holds_alternative<BrokerSession>(BrokerSession::Begin(*source_, {})));

  Write(Policy("3") + OneBroker("renamed", 1));
  ASSERT_TRUE(source_->Reload().status.ok());
  std::get<BrokerSession>(session).Scope();
  std::map<std::string, uint64_t> streams;
  for (const BrokerUsageReport& report : source_->BrokerUse()) {
    streams[report.broker] = report.streams;
  }
  EXPECT_EQ(streams["edge"], 0u);
  EXPECT_EQ(streams["renamed"], 1u);

  Write(Policy("4"));
  ASSERT_TRUE(source_->Reload().status.ok());
  EXPECT_EQ(std::get<BrokerSession>(session).Scope()->usage, nullptr);
  for (const BrokerUsageReport& report : source_->BrokerUse()) EXPECT_EQ(report.streams, 0u);
}

}  // namespace
}  // namespace sallyport::server
