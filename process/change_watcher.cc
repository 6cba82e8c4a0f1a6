#include "process/change_watcher.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace sallyport::process {
namespace {

// Looking takes up no more than one part in so many of the thread's time.
constexpr int kShare = 20;

}  // namespace

ChangeWatcher::ChangeWatcher(std::string seen, std::function<std::string()> look,
                             absl::Duration period, std::function<bool()> on_change)
    : look_(std::move(look)),
      period_(period),
      on_change_(std::move(on_change)),
      thread_([this, seen = std::move(seen)] { Watch(seen); }) {}

ChangeWatcher::~ChangeWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void ChangeWatcher::Watch(std::string seen) {
  bool done = true;
  while (true) {
    const absl::Time start = absl::Now();
    std::string look = look_();
    const absl::Duration pause = std::max(period_, kShare * (absl::Now() - start));
    if (look != seen || !done) {
      seen = std::move(look);
      done = on_change_();
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
  }
}

}  // namespace sallyport::process
