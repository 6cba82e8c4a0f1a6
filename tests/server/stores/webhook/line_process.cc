#include "tests/server/stores/webhook/line_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "tests/kerberos/child_process.h"

namespace sallyport::server {

LineProcess::LineProcess(std::vector<std::string> command) {
  int in[2];
  int out[2];
  EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

LineProcess::~LineProcess() {
  close(in_);
  close(out_);
  EXPECT_EQ(waitpid(pid_, nullptr, 0), pid_);
}

std::string LineProcess::Ask(const std::string& line) {
  const std::string with_end = line + "\n";
  EXPECT_EQ(write(in_, with_end.data(), with_end.size()), static_cast<ssize_t>(with_end.size()));
  return ReadLine();
}

std::string LineProcess::ReadLine() {
  std::string line;
  for (char c = 0; read(out_, &c, 1) == 1;) {
    if (c == '\n') return line;
    line.push_back(c);
  }
  ADD_FAILURE() << "the program has ended";
  return line;
}

void LineProcess::Freeze() const { FreezeProcess(pid_); }

void LineProcess::Thaw() const { EXPECT_EQ(kill(pid_, SIGCONT), 0); }

}  // namespace sallyport::server
