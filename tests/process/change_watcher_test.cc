#include "process/change_watcher.h"

#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

// Something that is looked at, and how often it was taken in.
class Watched {
 public:
  std::string Look() {
    absl::MutexLock lock(&mutex_);
    ++looks_;
    return text_;
  }
  bool TakeIn() {
    absl::MutexLock lock(&mutex_);
    ++calls_;
    return calls_ > failures_;
  }
  void Set(const std::string& text) {
    absl::MutexLock lock(&mutex_);
    text_ = text;
  }
  // The first so many calls fail.
  void Fail(int calls) { failures_ = calls; }
  void AwaitCalls(int calls) {
    absl::MutexLock lock(&mutex_);
    const auto reached = [&] { return calls_ >= calls; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(20)));
  }
  // How often it was taken in, after it was looked at a few times more.
  int CallsLater() {
    absl::MutexLock lock(&mutex_);
    const int looks = looks_ + 4;
    const auto reached = [&] { return looks_ >= looks; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(20)));
    return calls_;
  }

 private:
  absl::Mutex mutex_;
  std::string text_ = "first";
  int looks_ = 0;
  int calls_ = 0;
  int failures_ = 0;
};

class ChangeWatcherTest : public testing::Test {
 protected:
  void Start(const std::string& seen) {
    watcher_.emplace(
        seen, [this] { return watched_.Look(); }, absl::Milliseconds(1),
        [this] { return watched_.TakeIn(); });
  }

  Watched watched_;
  std::optional<ChangeWatcher> watcher_;
};

TEST_F(ChangeWatcherTest, TellsOfEachChangeOnce) {
  Start("first");
  EXPECT_EQ(watched_.CallsLater(), 0);
  watched_.Set("second");
  watched_.AwaitCalls(1);
  EXPECT_EQ(watched_.CallsLater(), 1);
  watched_.Set("first");
  watched_.AwaitCalls(2);
  EXPECT_EQ(watched_.CallsLater(), 2);
}

TEST_F(ChangeWatcherTest, TellsOfWhatChangedBeforeTheStart) {
  Start("before");
  watched_.AwaitCalls(1);
  EXPECT_EQ(watched_.CallsLater(), 1);
}

TEST_F(ChangeWatcherTest, CallsAgainWhereAChangeWasNotTakenIn) {
  watched_.Fail(3);
  Start("before");
  watched_.AwaitCalls(4);
  EXPECT_EQ(watched_.CallsLater(), 4);
}

}  // namespace
}  // namespace sallyport::process
