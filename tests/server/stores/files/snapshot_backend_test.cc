#include "server/stores/files/snapshot_backend.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/stores/files/recording_changes.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

// Files that hold one user, and change as the test says.
class ScriptedSource : public UserSource {
 public:
  struct Files {
    absl::Mutex mutex;
    std::string look = "0";
    std::string user = "first";
    absl::Status status;
    // Called by each reading after it has read.
    std::function<void(Files&)> meanwhile = [](Files&) {};
  };

  explicit ScriptedSource(Files& files) : files_(files) {}

  const std::string& path() const override { return path_; }
  std::string Look() override {
    absl::MutexLock lock(&files_.mutex);
    return files_.look;
  }
  absl::StatusOr<std::shared_ptr<UserSnapshot>> Read() override {
    absl::MutexLock lock(&files_.mutex);
    auto snapshot = std::make_shared<UserSnapshot>();
    snapshot->User({"", files_.user});
    const absl::Status status = files_.status;
    files_.meanwhile(files_);
    if (!status.ok()) return status;
    return snapshot;
  }

 private:
  const std::string path_ = "/scripted";
  Files& files_;
};

class SnapshotBackendTest : public testing::Test {
 protected:
  absl::Status Open() {
    auto backend = SnapshotBackend::Create("main", std::make_unique<ScriptedSource>(files_),
                                           absl::Milliseconds(1), changes_);
    if (!backend.ok()) return backend.status();
    backend_ = *std::move(backend);
    return absl::OkStatus();
  }

  bool Knows(const std::string& name) {
    std::optional<LookupResult> answer;
    backend_->Read({"", name}, [&](LookupResult result) { answer = std::move(result); });
    EXPECT_TRUE(answer.has_value() && answer->ok());
    return **answer != nullptr;
  }

  void Change(const std::function<void(ScriptedSource::Files&)>& change) {
    absl::MutexLock lock(&files_.mutex);
    change(files_);
  }

  ScriptedSource::Files files_;
  RecordingChanges changes_;
  std::unique_ptr<SnapshotBackend> backend_;
};

TEST_F(SnapshotBackendTest, ReadsAgainWhatChangedWhileItWasRead) {
  files_.meanwhile = [](ScriptedSource::Files& files) {
    files.user = "second";
    files.look = "1";
  };
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_TRUE(Knows("second"));
  EXPECT_FALSE(Knows("first"));
}

TEST_F(SnapshotBackendTest, DoesNotUseWhatChangesAllTheTime) {
  int reads = 0;
  files_.meanwhile = [&reads](ScriptedSource::Files& files) {
    files.look = std::to_string(++reads);
  };
  const absl::Status status = Open();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/scripted: it was changed each time"));
}

// The failure of a disk goes away without the file's changing.
TEST_F(SnapshotBackendTest, TriesAgainAfterAFailureThatMayPass) {
  ASSERT_EQ(Open(), absl::OkStatus());
  Change([](ScriptedSource::Files& files) {
    files.status = absl::UnavailableError("input/output error");
    files.user = "second";
    files.look = "1";
    files.meanwhile = [](ScriptedSource::Files& read) { read.status = absl::OkStatus(); };
  });
  changes_.AwaitThat([&] { return Knows("second"); });
  EXPECT_FALSE(Knows("first"));
}

}  // namespace
}  // namespace sallyport::server
