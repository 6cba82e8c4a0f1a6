#include "tests/ctl/run_sallyportctl.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace sallyport::ctl {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  int ends[2];
};

pid_t Spawn(const std::string& program, const std::vector<std::string>& arguments, int in, int out,
            int err, short flags) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, flags);
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ), 0)
      << program;
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return pid;
}

int WaitForExit(pid_t pid) {
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ReadToEnd(int fd) {
  std::string content;
  char buffer[4096];
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;) {
    content.append(buffer, static_cast<size_t>(got));
  }
  return content;
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

std::string Binary() { return std::filesystem::absolute("ctl/sallyportctl").string(); }

Finished RunProgram(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& input) {
  // Files, so that no pipe can be full.
  std::string directory = testing::TempDir() + "runXXXXXX";
  EXPECT_NE(mkdtemp(directory.data()), nullptr);
  std::ofstream(directory + "/in") << input;
  const int in = open((directory + "/in").c_str(), O_RDONLY | O_CLOEXEC);
  const int out = open((directory + "/out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const int err = open((directory + "/err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  Finished finished;
  finished.exit_code = WaitForExit(Spawn(program, arguments, in, out, err, 0));
  for (const int fd : {in, out, err}) close(fd);
  finished.out = Slurp(directory + "/out");
  finished.err = Slurp(directory + "/err");
  return finished;
}

Finished RunSallyportctl(const std::vector<std::string>& arguments, const std::string& input) {
  return RunProgram(Binary(), arguments, input);
}

OnTerminal::OnTerminal(const std::vector<std::string>& arguments) {
  EXPECT_EQ(openpty(&terminal_, &program_, nullptr, nullptr, nullptr), 0);
  fcntl(terminal_, F_SETFD, FD_CLOEXEC);
  fcntl(program_, F_SETFD, FD_CLOEXEC);
  Pipe out;
  Pipe err;
  pid_ = Spawn(Binary(), arguments, program_, out.ends[1], err.ends[1], 0);
  close(out.ends[1]);
  close(err.ends[1]);
  out_ = out.ends[0];
  err_ = err.ends[0];
}

OnTerminal::~OnTerminal() {
  for (const int fd : {terminal_, program_, out_, err_}) close(fd);
}

bool OnTerminal::WaitFor(const std::string& text) {
  while (seen_err_.find(text) == std::string::npos) {
    char c = 0;
    if (read(err_, &c, 1) <= 0) return false;
    seen_err_.push_back(c);
  }
  return true;
}

void OnTerminal::Type(const std::string& keys) {
  EXPECT_EQ(write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

bool OnTerminal::Echoes() const {
  termios settings{};
  EXPECT_EQ(tcgetattr(program_, &settings), 0);
  return (settings.c_lflag & ECHO) != 0;
}

void OnTerminal::Signal(int signal) { kill(pid_, signal); }

Finished OnTerminal::Finish() {
  Finished finished;
  finished.err = seen_err_ + ReadToEnd(err_);
  finished.out = ReadToEnd(out_);
  finished.exit_code = WaitForExit(pid_);
  return finished;
}

std::string OnTerminal::shown() {
  std::string shown;
  pollfd readable{terminal_, POLLIN, 0};
  while (poll(&readable, 1, 0) == 1 && (readable.revents & POLLIN) != 0) {
    char c = 0;
    if (read(terminal_, &c, 1) != 1) break;
    shown.push_back(c);
  }
  return shown;
}

}  // namespace sallyport::ctl
