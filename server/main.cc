// sallyportd: the central SASL authentication service.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "process/exit_code.h"
#include "process/log.h"
#include "process/protection.h"
#include "process/ready_file.h"
#include "process/signals.h"
#include "process/version.h"
#include "server/config/server_config.h"
#include "server/service.h"

namespace {

using sallyport::process::ExitCode;
using sallyport::process::ExitStatus;
using sallyport::process::Log;
using sallyport::process::LogLevel;

constexpr char kExamples[] = R"(Examples:
  sallyportd
      serve on 127.0.0.1:7450 with an embedded store; add users with sallyportctl
  sallyportd --config /etc/sallyport/sallyportd.yaml
      serve as the file says
  sallyportd --config sallyportd.yaml --check-config
      say whether the file is right, and start nothing

Exit codes: 0 stopped by a signal after draining; 2 wrong command line; 3 wrong
configuration; 4 an address or the store cannot be used.)";

int Fail(ExitCode code, const absl::Status& status) {
  std::cerr << "sallyportd: " << status.message() << "\n";
  return ExitStatus(code);
}

int Run(const sallyport::server::ServerConfig& config, bool defaults,
        const std::string& ready_file) {
  sallyport::process::ProtectProcess();
  sallyport::process::SetLogLevel(config.log_level);
  sallyport::process::BlockedSignals signals({SIGTERM, SIGINT, SIGHUP});
  auto service = sallyport::server::Service::Start(config);
  if (!service.ok()) {
    return Fail(service.status().code() == absl::StatusCode::kInvalidArgument
                    ? ExitCode::kConfig
                    : ExitCode::kUnavailable,
                service.status());
  }
  Log(LogLevel::kInfo, "serving",
      {{"version", sallyport::process::kVersion},
       {"address", (*service)->address()},
       {"text_address", (*service)->text_address()},
       {"tls", config.tls.has_value()},
       {"mutual_tls", config.tls.has_value() && !config.tls->client_ca_file.empty()},
       {"admin_socket", config.admin_socket},
       {"admin_address", (*service)->admin_address()},
       {"health_address", (*service)->health_address()},
       {"metrics_address", (*service)->metrics_address()},
       {"policy", config.policy_file}});
  if (defaults) {
    Log(LogLevel::kInfo,
        "no configuration was given: serving on loopback only, with an embedded store and the "
        "default mechanisms; PLAIN only over TLS; add users with 'sallyportctl user add'");
  }
  if (!ready_file.empty()) {
    std::map<std::string, std::string> addresses = {{"grpc", (*service)->address()}};
    if (const std::string text = (*service)->text_address(); !text.empty()) {
      addresses.emplace("text", text);
    }
    if (const std::string admin = (*service)->admin_address(); !admin.empty()) {
      addresses.emplace("admin", admin);
    }
    if (const std::string health = (*service)->health_address(); !health.empty()) {
      addresses.emplace("health", health);
    }
    if (const std::string metrics = (*service)->metrics_address(); !metrics.empty()) {
      addresses.emplace("metrics", metrics);
    }
    absl::Status written = sallyport::process::WriteReadyFile(ready_file, addresses);
    if (!written.ok()) return Fail(ExitCode::kFailure, written);
  }
  int signal = signals.Wait();
  for (; signal == SIGHUP; signal = signals.Wait()) (*service)->Rotate();
  Log(LogLevel::kInfo, "draining", {{"signal", signal}});
  (*service)->Drain();
  Log(LogLevel::kInfo, "stopped");
  return ExitStatus(ExitCode::kOk);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Central SASL authentication for AMQP 1.0 brokers.", "sallyportd");
  std::string config_file, ready_file;
  bool check = false;
  app.add_option("--config", config_file, "YAML configuration; without it, safe defaults");
  app.add_flag("--check-config", check, "read the configuration, say what is wrong, and exit");
  app.add_option("--ready-file", ready_file,
                 "write the address here, as JSON, once the service is serving");
  app.set_version_flag("--version", "sallyportd " + std::string(sallyport::process::kVersion));
  app.footer(kExamples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus(ExitCode::kOk) : ExitStatus(ExitCode::kUsage);
  }

  if (config_file.empty()) {
    if (check) return ExitStatus(ExitCode::kOk);
    return Run(sallyport::server::DefaultServerConfig(), true, ready_file);
  }
  auto config = sallyport::server::LoadServerConfig(config_file);
  if (!config.ok()) return Fail(ExitCode::kConfig, config.status());
  if (check) {
    if (absl::Status status = sallyport::server::Service::Check(*config); !status.ok()) {
      return Fail(ExitCode::kConfig,
                  absl::InvalidArgumentError(config_file + ": " + std::string(status.message())));
    }
    std::cout << config_file << ": right\n";
    return ExitStatus(ExitCode::kOk);
  }
  return Run(*config, false, ready_file);
}
