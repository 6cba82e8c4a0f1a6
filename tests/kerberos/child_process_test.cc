#include "tests/kerberos/child_process.h"

#include <signal.h>

#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

TEST(ChildProcess, HearsItsInputAndIsHeard) {
  const auto child = ChildProcess::Start(
      {"/bin/sh", "-c", "read x; echo $x $Y; echo z >&2; exit 3"}, {{"Y", "of you"}}, "word\n");
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ((*child)->ReadUntil(""), "word of you\nz\n");
  EXPECT_EQ((*child)->Wait(), 3);
}

TEST(ChildProcess, SaysWhatAFailureSaid) {
  EXPECT_TRUE(RunProgram({"/bin/true"}, {}).ok());
  const absl::Status status = RunProgram({"/bin/sh", "-c", "echo why; exit 2"}, {});
  EXPECT_EQ(status.message(), "/bin/sh ended with status 2: why\n");
  EXPECT_FALSE(RunProgram({"/no/such/program"}, {}).ok());
}

TEST(ChildProcess, EndsWhenItIsDestroyed) {
  auto child =
      ChildProcess::Start({"/bin/sh", "-c", "echo up; exec cat /dev/zero >/dev/null"}, {}, "");
  ASSERT_TRUE(child.ok()) << child.status();
  (*child)->ReadUntil("up");
  const pid_t pid = (*child)->pid();
  child->reset();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcess, DoesNotOutliveTheThreadThatStartedIt) {
  absl::StatusOr<std::unique_ptr<ChildProcess>> child;
  std::thread([&child] {
    child =
        ChildProcess::Start({"/bin/sh", "-c", "echo up; exec cat /dev/zero >/dev/null"}, {}, "");
    if (child.ok()) (*child)->ReadUntil("up");
  }).join();
  ASSERT_TRUE(child.ok()) << child.status();
  // Its end closes its output.
  (*child)->ReadUntil("");
  EXPECT_EQ((*child)->Wait(), -1);
}

}  // namespace
}  // namespace sallyport
