#include "tests/kerberos/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport {
namespace {

constexpr int kCannotRun = 127;
constexpr size_t kMaxInputSize = 4096;

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Descriptor closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

absl::Status SystemError(std::string_view what) {
  return absl::UnavailableError(
      absl::StrCat(std::string(what), ": ", std::generic_category().message(errno)));
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

absl::StatusOr<Pipe> OpenPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError("cannot open a pipe");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// After fork in a process that may have threads, only what is safe in a signal
// handler may be called.
[[noreturn]] void Become(char* const* command, char* const* environment, int input, int output,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotRun);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execve(command[0], command, environment);
  _exit(kCannotRun);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::vector<std::string>& command, const ProgramEnvironment& environment,
    const std::string& input) {
  if (input.size() > kMaxInputSize) return absl::InvalidArgumentError("too much input");
  absl::StatusOr<Pipe> in = OpenPipe();
  if (!in.ok()) return in.status();
  absl::StatusOr<Pipe> out = OpenPipe();
  if (!out.ok()) return out.status();
  if (write(in->write.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    return SystemError("cannot write to a pipe");
  }
  std::vector<std::string> words = command;
  std::vector<std::string> settings;
  for (const auto& [name, value] : environment) settings.push_back(absl::StrCat(name, "=", value));
  const std::vector<char*> word_pointers = Pointers(words);
  const std::vector<char*> setting_pointers = Pointers(settings);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return SystemError("cannot fork");
  if (pid == 0) {
    Become(word_pointers.data(), setting_pointers.data(), in->read.get(), out->write.get(), parent);
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, out->read.Release()));
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    Wait();
  }
  close(output_);
}

const std::string& ChildProcess::ReadUntil(const std::string& text) {
  char block[4096];
  while (text.empty() || read_.find(text) == std::string::npos) {
    const ssize_t count = read(output_, block, sizeof(block));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    read_.append(block, static_cast<size_t>(count));
  }
  return read_;
}

int ChildProcess::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void FreezeProcess(pid_t pid) {
  kill(pid, SIGSTOP);
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  const auto runs = [](const std::filesystem::directory_entry& task) {
    std::ifstream stat(task.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
    // The state stands behind the name, which may hold anything.
    const size_t state = text.rfind(") ");
    return state != std::string::npos && text[state + 2] != 'T' && text[state + 2] != 'Z';
  };
  std::error_code gone;
  while (std::any_of(std::filesystem::directory_iterator(tasks, gone),
                     std::filesystem::directory_iterator(), runs)) {
    sched_yield();
  }
}

absl::Status RunProgram(const std::vector<std::string>& command,
                        const ProgramEnvironment& environment, const std::string& input) {
  const auto child = ChildProcess::Start(command, environment, input);
  if (!child.ok()) return child.status();
  const std::string output = (*child)->ReadUntil("");
  const int status = (*child)->Wait();
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(command[0], " ended with status ", status, ": ", output));
}

}  // namespace sallyport
