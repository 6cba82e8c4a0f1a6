// sallyport-load: completes handshakes against a service as fast as it can, and
// prints what it measured as one line of JSON.

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bench/load/load.h"
#include "ctl/client_flags.h"
#include "nlohmann/json.hpp"
#include "process/exit_code.h"
#include "process/file.h"

namespace {

using sallyport::bench::LoadOptions;
using sallyport::process::ExitCode;
using sallyport::process::ExitStatus;

constexpr size_t kMaxTokenFile = 16 << 20;

double Microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

int Fail(const absl::Status& status) {
  std::cerr << "sallyport-load: " << status.message() << "\n";
  return ExitStatus(ExitCode::kFailure);
}

int PrintHeld(const LoadOptions& options, int held) {
  auto result = sallyport::bench::MeasureHeld(options, held);
  if (!result.ok()) return Fail(result.status());
  std::cout << nlohmann::json{{"held", result->held},
                              {"bytes_per_handshake", result->bytes_per_handshake}}
            << "\n";
  return ExitStatus(ExitCode::kOk);
}

int PrintLoad(const LoadOptions& options) {
  auto result = sallyport::bench::RunLoad(options);
  if (!result.ok()) return Fail(result.status());
  const std::string& mechanism = options.client.mechanisms.front();
  std::cout << nlohmann::json{{"mechanism", options.canned ? "canned" : mechanism},
                              {"concurrency", options.concurrency},
                              {"accepted", result->accepted},
                              {"refused", result->refused},
                              {"first_refusal", result->first_refusal},
                              {"per_second", result->per_second},
                              {"p50_us", Microseconds(result->median)},
                              {"p99_us", Microseconds(result->p99)},
                              {"service_cpu_us", Microseconds(result->service_cpu_per_login)},
                              {"requests_per_login", result->requests_per_login}}
            << "\n";
  return ExitStatus(result->refused == 0 ? ExitCode::kOk : ExitCode::kRefused);
}

absl::StatusOr<std::vector<sallyport::Secret>> ReadTokens(const std::string& path) {
  std::vector<sallyport::Secret> tokens;
  if (path.empty()) return tokens;
  auto content = sallyport::process::ReadFile(path, kMaxTokenFile);
  if (!content.ok()) return content.status();
  for (const absl::string_view line : absl::StrSplit(*content, '\n', absl::SkipEmpty())) {
    tokens.emplace_back(std::string_view(line.data(), line.size()));
  }
  return tokens;
}

// What all logins have in common.
absl::Status PrepareClients(const sallyport::ctl::ClientFlags& flags, const std::string& token_file,
                            LoadOptions* options) {
  options->connection = {
      .listener = "bench", .remote_address = "127.0.0.1:1", .local_address = "127.0.0.1:5671"};
  absl::Status status =
      sallyport::ctl::ApplyClientFlags(flags, &options->connection, &options->client);
  if (!status.ok()) return status;
  if (options->client.mechanisms.empty()) options->client.mechanisms = {"SCRAM-SHA-256"};
  auto tokens = ReadTokens(token_file);
  if (!tokens.ok()) return tokens.status();
  options->tokens = *std::move(tokens);
  if (!options->tokens.empty() && options->tokens.size() != static_cast<size_t>(options->users)) {
    return absl::InvalidArgumentError(absl::StrCat(token_file, " has ", options->tokens.size(),
                                                   " tokens for ", options->users,
                                                   " users: give one for each"));
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  LoadOptions options;
  sallyport::ctl::ClientFlags client;
  std::string password, token_file;
  int seconds = 5, held = 0;
  int64_t window_us = 200;
  CLI::App app("Load generator for sallyportd.", "sallyport-load");
  app.add_option("--target", options.service.target, "the service, as host:port")->required();
  sallyport::ctl::AddClientFlags(app, client);
  app.add_flag("--canned", options.canned, "fixed bytes, for sallyport-canned-service");
  app.add_option("--concurrency", options.concurrency, "logins at once")->capture_default_str();
  app.add_option("--users", options.users, "number of users bench-0, bench-1, ...")
      ->capture_default_str();
  app.add_option("--password", password, "the password of these throw-away users");
  app.add_option("--token-file", token_file, "a token for each of them, one a line");
  app.add_option("--seconds", seconds, "how long to measure")->capture_default_str();
  app.add_option("--streams", options.service.max_streams, "gRPC streams")->capture_default_str();
  app.add_option("--gather-window-us", window_us, "longest gather window")->capture_default_str();
  app.add_flag("!--no-resume", options.service.resume, "ask for no resume tokens");
  app.add_option("--service-pid", options.service_pid, "process whose CPU time is measured");
  app.add_option("--hold", held, "measure memory with so many handshakes held open instead");
  app.footer("Without --mechanism, it is SCRAM-SHA-256.");
  CLI11_PARSE(app, argc, argv);
  options.password = sallyport::Secret(password);
  if (absl::Status status = PrepareClients(client, token_file, &options); !status.ok()) {
    return Fail(status);
  }
  options.duration = std::chrono::seconds(seconds);
  options.service.max_gather_window = absl::Microseconds(window_us);
  return held > 0 ? PrintHeld(options, held) : PrintLoad(options);
}
