#include "process/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace sallyport::process {
namespace {

TEST(BlockedSignals, WaitReturnsASignalThatCameBefore) {
  BlockedSignals signals({SIGTERM, SIGINT});
  kill(getpid(), SIGINT);
  EXPECT_EQ(signals.Wait(), SIGINT);
}

TEST(BlockedSignals, WaitReturnsASignalThatComesLater) {
  BlockedSignals signals({SIGTERM});
  std::thread sender([] { kill(getpid(), SIGTERM); });
  EXPECT_EQ(signals.Wait(), SIGTERM);
  sender.join();
}

TEST(BlockedSignals, WaitForGivesUp) {
  BlockedSignals signals({SIGTERM, SIGHUP});
  EXPECT_EQ(signals.WaitFor(absl::Milliseconds(1)), std::nullopt);
  kill(getpid(), SIGHUP);
  EXPECT_EQ(signals.WaitFor(absl::ZeroDuration()), SIGHUP);
}

}  // namespace
}  // namespace sallyport::process
