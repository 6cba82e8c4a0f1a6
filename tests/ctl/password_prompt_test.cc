#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/admin/served_directory.h"

namespace sallyport::ctl {
namespace {

class PasswordPromptTest : public testing::Test {
 protected:
  server::ServedDirectory served_;
  OnTerminal terminal_{{"user", "add", "alice", "--socket", served_.socket_path()}};
};

TEST_F(PasswordPromptTest, AsksTwiceWithoutEcho) {
  ASSERT_TRUE(terminal_.WaitFor("New password: "));
  EXPECT_FALSE(terminal_.Echoes());
  terminal_.Type("p3ncil\n");
  ASSERT_TRUE(terminal_.WaitFor("The same again: "));
  EXPECT_FALSE(terminal_.Echoes());
  terminal_.Type("p3ncil\n");
  const Finished finished = terminal_.Finish();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "user 'alice' added\n");
  EXPECT_TRUE(terminal_.Echoes());
  EXPECT_EQ(terminal_.shown().find("p3ncil"), std::string::npos);
  EXPECT_TRUE(served_.users().GetUser({"", "alice"}).ok());
}

TEST_F(PasswordPromptTest, ChangesNothingWhenTheTwoDiffer) {
  ASSERT_TRUE(terminal_.WaitFor("New password: "));
  terminal_.Type("one\n");
  ASSERT_TRUE(terminal_.WaitFor("The same again: "));
  terminal_.Type("other\n");
  EXPECT_EQ(terminal_.Finish().exit_code, 5);
  EXPECT_FALSE(served_.users().GetUser({"", "alice"}).ok());
}

TEST_F(PasswordPromptTest, LeavesTheTerminalAsItWasWhenInterrupted) {
  ASSERT_TRUE(terminal_.WaitFor("New password: "));
  ASSERT_FALSE(terminal_.Echoes());
  terminal_.Signal(SIGINT);
  EXPECT_EQ(terminal_.Finish().exit_code, 128 + SIGINT);
  EXPECT_TRUE(terminal_.Echoes());
}

}  // namespace
}  // namespace sallyport::ctl
