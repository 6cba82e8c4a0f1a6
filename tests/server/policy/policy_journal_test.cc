// The policy and the audit log: what cannot be recorded is not done.

#include "server/policy/policy_journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/audit/audit_sample.h"
#include "tests/server/admin/audit_changes.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using audit::Eventually;
using nlohmann::json;

// Knows nobody.
class EmptyBackend : public StoreBackend {
 public:
  void Read(const UserKey&, LookupDone done) override {
    std::move(done)(std::shared_ptr<const Account>());
  }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::OkStatus());
  }
};

absl::StatusOr<std::shared_ptr<CredentialStore>> OpenEmpty(const v1::Store& store) {
  return CredentialStore::Create({.name = store.name()},
                                 [](StoreChanges&) { return std::make_unique<EmptyBackend>(); });
}

class PolicyJournalTest : public testing::Test {
 protected:
  PolicyJournalTest() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    Write("1");
  }

  void Start(WhenFull when_full = WhenFull::kRefuse) {
    audit_ = *AuditLog::Open({.file = audit_file(), .queue = 1, .when_full = when_full});
    journal_.emplace(*audit_, "file");
    auto source = PolicySource::Create({.file = policy_file(),
                                        .surroundings = {.decoy_key = Secret("any")},
                                        .open_store = OpenEmpty,
                                        .on_change = PolicyJournal::Log,
                                        .reserve_record = [this] { return journal_->Reserve(); },
                                        .watch_period = absl::Milliseconds(1),
                                        .still_for = absl::ZeroDuration(),
                                        .first_retry = absl::Milliseconds(1),
                                        .last_retry = absl::Milliseconds(20)});
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }
  void Write(const std::string& version, const std::string& rules = "") {
    std::ofstream(policy_file() + ".new")
        << "version: '" << version << "'\nstores: [{name: s, sqlite: {path: a}}]\n"
        << "rules: {stores: [{store: s}]" << rules << "}\n";
    EXPECT_EQ(rename((policy_file() + ".new").c_str(), policy_file().c_str()), 0);
  }
  std::string ActiveVersion() { return source_->Current()->policy->version(); }
  bool BecomesActive(const std::string& version) {
    return Eventually([&] { return ActiveVersion() == version; });
  }
  // After the end.
  std::vector<json> Changes() {
    source_.reset();
    audit_.reset();
    return ReadChanges(audit_file());
  }
  std::string policy_file() const { return folder_ + "/policy.yaml"; }
  std::string audit_file() const { return folder_ + "/audit.jsonl"; }

  std::string folder_ = testing::TempDir() + "/journalXXXXXX";
  std::unique_ptr<AuditLog> audit_;
  std::optional<PolicyJournal> journal_;
  std::unique_ptr<PolicySource> source_;
};

TEST_F(PolicyJournalTest, RecordsAPolicyAlthoughLoginsTakeUpTheirPlaces) {
  Start();
  const std::optional<AuditSlot> login = audit_->Reserve();
  ASSERT_FALSE(audit_->Reserve().has_value());
  Write("2");
  EXPECT_TRUE(BecomesActive("2"));
  const std::string hash = source_->Current()->policy->hash();
  EXPECT_TRUE(Eventually([&] { return audit_->stats().written == 1; }));
  const std::vector<json> changes = ReadChanges(audit_file());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].value("action", ""), "policy_loaded");
  EXPECT_EQ(changes[0].value("actor", ""), "file");
  EXPECT_EQ(changes[0].value("policy_version", ""), "2");
  EXPECT_EQ(changes[0].value("policy_hash", ""), hash);
}

TEST_F(PolicyJournalTest, ChangesNothingThatItCannotRecordAndTriesAgain) {
  Start();
  std::vector<AuditSlot> taken;
  while (auto slot = audit_->ReserveForChange()) taken.push_back(*std::move(slot));
  EXPECT_EQ(taken.size(), 1 + AuditLog::kChangePlaces);
  {
    LogTap tap;
    Write("2");
    const std::string line = tap.AwaitLine("policy refused: the one before stays active");
    EXPECT_NE(line.find("the audit log takes no more events"), std::string::npos) << line;
  }
  EXPECT_FALSE(source_->Failure().ok());
  EXPECT_EQ(ActiveVersion(), "1");
  taken.clear();
  EXPECT_TRUE(BecomesActive("2"));
  // The refusal has a line, too, where there was a place by then.
  const std::vector<json> changes = Changes();
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.back().value("action", ""), "policy_loaded");
  EXPECT_EQ(changes.back().value("policy_version", ""), "2");
}

TEST_F(PolicyJournalTest, GoesOnAndCountsWhereItIsToldTo) {
  Start(WhenFull::kCount);
  std::vector<AuditSlot> taken;
  while (audit_->lost() == 0) taken.push_back(*audit_->ReserveForChange());
  Write("2");
  EXPECT_TRUE(BecomesActive("2"));
  EXPECT_EQ(audit_->lost(), 2u);
}

TEST_F(PolicyJournalTest, TellsWhatWasRefusedAndWhatStaysActive) {
  Start();
  const std::string active = source_->Current()->policy->hash();
  Write("2", ", mechanisms: [ROT13]");
  EXPECT_TRUE(Eventually([&] { return audit_->stats().written == 1; }));
  const std::vector<json> changes = Changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].value("action", ""), "policy_refused");
  EXPECT_EQ(changes[0].value("outcome", ""), "refused");
  EXPECT_EQ(changes[0].value("policy_version", ""), "2");
  EXPECT_EQ(changes[0].value("policy_hash", "").size(), 64u);
  EXPECT_NE(changes[0].value("policy_hash", ""), active);
  const std::string detail = changes[0].value("detail", "");
  EXPECT_NE(
      detail.find(absl::StrCat("the policy with version '1' and hash ", active, " stays active: ")),
      std::string::npos)
      << detail;
  EXPECT_NE(detail.find("ROT13"), std::string::npos) << detail;
}

}  // namespace
}  // namespace sallyport::server
