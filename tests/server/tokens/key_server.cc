#include "tests/server/tokens/key_server.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "gtest/gtest.h"

namespace sallyport::server {
namespace {

constexpr char kPython[] = "/usr/bin/python3";
constexpr char kProgram[] = "tests/server/tokens/key_server.py";

std::string Write(const std::string& path, std::string_view content) {
  std::ofstream(path + ".new", std::ios::binary) << content;
  EXPECT_EQ(rename((path + ".new").c_str(), path.c_str()), 0) << path;
  return path;
}

}  // namespace

KeyServer::KeyServer(std::string_view keys, const client::PemPair* certificate)
    : folder_(testing::TempDir() + "/keysXXXXXX") {
  EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  Publish(keys);
  std::vector<std::string> arguments = {kPython, kProgram, folder_};
  if (certificate != nullptr) {
    scheme_ = "https";
    arguments.push_back(Write(folder_ + "/cert.pem", certificate->certificate));
    arguments.push_back(Write(folder_ + "/key.pem", certificate->key));
  }
  int in[2];
  int out[2];
  EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  EXPECT_EQ(posix_spawn(&pid_, kPython, &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  in_ = in[1];
  out_ = out[0];
  EXPECT_TRUE(ReadLine(&port_));
}

KeyServer::~KeyServer() { Stop(); }

std::string KeyServer::Url(const std::string& path, const std::string& host) const {
  return scheme_ + "://" + host + ":" + port_ + path;
}

void KeyServer::Publish(std::string_view keys) { Write(folder_ + "/keys", keys); }

void KeyServer::AnswerWith(int status) { Write(folder_ + "/status", std::to_string(status)); }

void KeyServer::Open() { EXPECT_EQ(write(in_, "\n", 1), 1); }

std::string KeyServer::AwaitRequest() {
  std::string path;
  EXPECT_TRUE(ReadLine(&path));
  return path;
}

std::vector<std::string> KeyServer::Stop() {
  std::vector<std::string> paths;
  if (pid_ < 0) return paths;
  close(in_);
  for (std::string path; ReadLine(&path);) paths.push_back(path);
  close(out_);
  EXPECT_EQ(waitpid(pid_, nullptr, 0), pid_);
  pid_ = -1;
  return paths;
}

bool KeyServer::ReadLine(std::string* line) {
  line->clear();
  for (char c = 0; read(out_, &c, 1) == 1;) {
    if (c == '\n') return true;
    line->push_back(c);
  }
  return false;
}

}  // namespace sallyport::server
