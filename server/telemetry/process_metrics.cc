#include "server/telemetry/process_metrics.h"

#include <grpcpp/grpcpp.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "process/file.h"
#include "process/version.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxProcBytes = 1 << 20;

// The fields of /proc/self/stat from the third on: the second is a name, which may have
// blanks and parentheses in it.
std::vector<std::string> StatFields() {
  const auto stat = process::ReadFile("/proc/self/stat", kMaxProcBytes);
  if (!stat.ok()) return {};
  const size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(stat->substr(name_end + 1), ' ', absl::SkipWhitespace());
}

// As proc(5) numbers the fields.
std::optional<double> Field(const std::vector<std::string>& fields, size_t number) {
  double value = 0;
  if (fields.size() + 2 < number || !absl::SimpleAtod(fields[number - 3], &value)) {
    return std::nullopt;
  }
  return value;
}

// When the system started, in seconds.
std::optional<double> BootTime() {
  const auto stat = process::ReadFile("/proc/stat", kMaxProcBytes);
  if (!stat.ok()) return std::nullopt;
  constexpr std::string_view kKey = "\nbtime ";
  const size_t found = stat->find(kKey);
  if (found == std::string::npos) return std::nullopt;
  double value = 0;
  const char* const begin = stat->data() + found + kKey.size();
  const auto parsed = std::from_chars(begin, stat->data() + stat->size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<double> OpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  double count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  // One of them is the iterator's own.
  return error ? std::nullopt : std::optional(count - 1);
}

double MaxFds() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void CollectProcess(MetricFamilies& families) {
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const std::vector<std::string> stat = StatFields();
  const auto user = Field(stat, 14), system = Field(stat, 15);
  if (user && system) families.Add(Metric::kProcessCpuSeconds, (*user + *system) / ticks);
  if (const auto threads = Field(stat, 20)) families.Add(Metric::kProcessThreads, *threads);
  static const std::optional<double> boot = BootTime();
  if (const auto started = Field(stat, 22); started && boot) {
    families.Add(Metric::kProcessStartTime, *boot + *started / ticks);
  }
  if (const auto bytes = Field(stat, 23)) families.Add(Metric::kProcessVirtualMemory, *bytes);
  if (const auto pages = Field(stat, 24))
    families.Add(Metric::kProcessResidentMemory, *pages * page);
  if (const auto open = OpenFds()) families.Add(Metric::kProcessOpenFds, *open);
  families.Add(Metric::kProcessMaxFds, MaxFds());
}

void CollectBuild(MetricFamilies& families) {
#ifdef __clang__
  constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
  constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif
  families.Add(
      Metric::kBuildInfo,
      {process::kVersion, kCompiler, grpc::Version(), OpenSSL_version(OPENSSL_VERSION_STRING)}, 1);
}

}  // namespace sallyport::server
