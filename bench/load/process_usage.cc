#include "bench/load/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sallyport::bench {
namespace {

// The fields of proc(5)'s stat behind the name in parentheses, which may itself
// hold spaces: utime and stime are the 12th and 13th of them.
std::chrono::nanoseconds CpuOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  uint64_t user = 0, system = 0;
  fields >> user >> system;
  const auto ticks_per_second = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return std::chrono::nanoseconds((user + system) * (1'000'000'000 / ticks_per_second));
}

size_t PrivateBytesOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/smaps_rollup"));
  size_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "Private_Clean:") && !absl::StartsWith(line, "Private_Dirty:")) {
      continue;
    }
    std::istringstream fields(line);
    std::string name;
    size_t kib = 0;
    fields >> name >> kib;
    sum += kib * 1024;
  }
  return sum;
}

}  // namespace

ProcessUsage UsageOf(pid_t pid) {
  return {.cpu = CpuOf(pid), .private_bytes = PrivateBytesOf(pid)};
}

}  // namespace sallyport::bench
