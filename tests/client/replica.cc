#include "tests/client/replica.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "process/file_watcher.h"
#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::client {
namespace {

constexpr char kService[] = "server/sallyportd";
constexpr absl::Duration kPatience = absl::Seconds(30);

std::string NewFolder() {
  // A Unix socket's path is short, and the folder that tests are given is not.
  std::string folder = "/tmp/sallyport-test-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What the ready file says: {"grpc":"127.0.0.1:1234"}.
std::string AddressIn(const std::string& ready) {
  const size_t begin = ready.find("127.0.0.1:");
  return begin == std::string::npos ? "" : ready.substr(begin, ready.find('"', begin) - begin);
}

pid_t Spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, arguments[0], &files, nullptr, arguments.data(), environ), 0);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

}  // namespace

Replica::Replica(const std::string& folder, const std::string& name)
    : folder_(folder), name_(name) {}

void Replica::Start() {
  const std::string base = absl::StrCat(folder_, "/", name_);
  std::ofstream(base + ".policy") << "stores: [{name: local, sqlite: {path: " << folder_
                                  << "/users.db}}]\nrules: {stores: [{store: local}]}\n";
  std::ofstream(base + ".yaml") << "grpc: {address: \"" << address_ << "\"}\n"
                                << "admin: {socket: " << base << ".sock}\n"
                                << "policy: " << base << ".policy\n"
                                << "decoy_key: " << folder_ << "/decoy.key\n"
                                << "resume: {key_file: " << folder_ << "/keys}\n"
                                << "log: {level: warning}\n";
  const std::string ready = base + ".ready";
  std::filesystem::remove(ready);
  pid_ = Spawn({kService, "--config", base + ".yaml", "--ready-file", ready}, base + ".log");
  absl::Notification serves;
  process::FileWatcher watcher(ready, absl::Milliseconds(5), [&] {
    if (!serves.HasBeenNotified()) serves.Notify();
  });
  ASSERT_TRUE(serves.WaitForNotificationWithTimeout(kPatience)) << ReadAll(base + ".log");
  address_ = AddressIn(ReadAll(ready));
}

void Replica::Signal(int signal) {
  if (pid_ < 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Replica::Kill() { Signal(SIGKILL); }

void Replica::Terminate() { Signal(SIGTERM); }

void Replica::AddUser(const std::string& name, const std::string& password) {
  const ctl::Finished added = ctl::RunSallyportctl(
      {"user", "add", name, "--socket", absl::StrCat(folder_, "/", name_, ".sock")},
      password + "\n");
  ASSERT_EQ(added.exit_code, 0) << added.err;
}

Fleet::Fleet() : folder_(NewFolder()) {
  std::ofstream(folder_ + "/keys") << "# of this fleet\n"
                                   << "c2FsbHlwb3J0IHNhbGx5cG9ydCBzYWxseXBvcnQgISE=\n";
  for (const char* name : {"first", "second"}) {
    replicas_.push_back(std::make_unique<Replica>(folder_, name));
    replicas_.back()->Start();
  }
  first().AddUser("alice", "wonderland");
}

Fleet::~Fleet() {
  replicas_.clear();
  std::filesystem::remove_all(folder_);
}

std::string Fleet::target() const {
  return absl::StrCat("ipv4:", replicas_[0]->address(), ",", replicas_[1]->address());
}

}  // namespace sallyport::client
