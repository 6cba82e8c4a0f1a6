#include "server/policy/policy_source.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
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

  void Start(absl::Duration watch_period = absl::Milliseconds(10)) {
    auto source =
        PolicySource::Create({.file = file_,
                              .surroundings = {.decoy_key = Secret("any")},
                              .open_store = [this](const v1::Store& store) { return Open(store); },
                              .on_change =
                                  [this](const PolicyChange& change) {
                                    absl::MutexLock lock(&mutex_);
                                    changes_.push_back(change);
                                  },
                              .watch_period = watch_period});
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
    CredentialStoreOptions options;
    options.name = store.name();
    return CredentialStore::Create(std::move(options), [&](StoreChanges&) {
      return std::make_unique<EmptyBackend>(holds_answers_, std::exchange(closed_, nullptr));
    });
  }

  absl::Mutex mutex_;
  std::vector<PolicyChange> changes_;
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
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_TRUE(source_->Failure().ok());
  EXPECT_EQ(ActiveVersion(), "1");
  const PolicyChange back = WaitForChange(2);
  EXPECT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.hash, source_->Current()->policy->hash());
}

TEST_F(PolicySourceTest, SaysThatAPolicyWasAskedFor) {
  Write(Policy("1"));
  Start(absl::ZeroDuration());
  Write(Policy("2"));
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_TRUE(WaitForChange(0).asked_for);
  Write("wrong: 1\n");
  EXPECT_FALSE(source_->Reload().ok());
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
  ASSERT_TRUE(source_->Reload().ok());
  ASSERT_EQ(source_->BrokerUse().size(), 1u);
  EXPECT_EQ(source_->BrokerUse()[0].streams, 1u);
  EXPECT_EQ(source_->BrokerUse()[0].refused_streams, 1u);
  // With the new quota.
  EXPECT_TRUE(std::holds_alternative<BrokerSession>(BrokerSession::Begin(*source_, {})));

  Write(Policy("3") + OneBroker("renamed", 1));
  ASSERT_TRUE(source_->Reload().ok());
  std::get<BrokerSession>(session).Scope();
  std::map<std::string, uint64_t> streams;
  for (const BrokerUsageReport& report : source_->BrokerUse()) {
    streams[report.broker] = report.streams;
  }
  EXPECT_EQ(streams["edge"], 0u);
  EXPECT_EQ(streams["renamed"], 1u);

  Write(Policy("4"));
  ASSERT_TRUE(source_->Reload().ok());
  EXPECT_EQ(std::get<BrokerSession>(session).Scope()->usage, nullptr);
  for (const BrokerUsageReport& report : source_->BrokerUse()) EXPECT_EQ(report.streams, 0u);
}

}  // namespace
}  // namespace sallyport::server
