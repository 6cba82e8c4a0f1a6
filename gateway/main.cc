// sallyport-gateway: AMQP 1.0 clients in front of an unmodified broker, logged
// in by the central service.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "client/authenticator.h"
#include "gateway/gateway.h"
#include "gateway/gateway_config.h"
#include "process/exit_code.h"
#include "process/health_server.h"
#include "process/log.h"
#include "process/protection.h"
#include "process/ready_file.h"
#include "process/signals.h"
#include "process/version.h"
#include "process/yaml_reader.h"

namespace sallyport::gateway {
namespace {

using process::ExitCode;
using process::Log;
using process::LogLevel;

constexpr char kExamples[] =
    "Examples:\n"
    "  sallyport-gateway --config gateway.yaml --check-config\n"
    "  sallyport-gateway --config gateway.yaml\n"
    "  sallyport-gateway --config gateway.yaml --ready-file /run/sallyport/gateway.json\n"
    "\n"
    "SIGTERM and SIGINT stop accepting, let the connections run for the time that\n"
    "'drain' gives them, and end the program; a second one ends it at once.\n"
    "\n"
    "Exit codes: 0 ended as asked, 1 failed, 2 wrong command line, 3 wrong\n"
    "configuration or a file that it names, 4 an address cannot be listened on.\n";

// How often a drain looks whether it is over.
constexpr absl::Duration kDrainStep = absl::Milliseconds(50);

struct CommandLine {
  std::string config;
  std::string ready_file;
  bool check_config = false;
};

int Fail(ExitCode code, const absl::Status& status) {
  std::cerr << "sallyport-gateway: " << status.message() << "\n";
  return process::ExitStatus(code);
}

client::AuthenticatorOptions ServiceOptions(const GatewayConfig& config) {
  client::AuthenticatorOptions options;
  options.target = config.service.target;
  options.max_stream_age = config.service.max_stream_age;
  if (config.service.tls.has_value()) {
    options.tls = client::AuthenticatorTls{.ca_file = config.service.tls->ca,
                                           .certificate_file = config.service.tls->certificate,
                                           .key_file = config.service.tls->key,
                                           .expected_server_name = config.service.tls->server_name};
  }
  options.max_open_handshakes = config.limits.connections;
  // As many bytes as the connections may send: none of them can use up another's.
  options.max_queued_bytes =
      std::max(options.max_queued_bytes,
               config.limits.connections * config.limits.bytes_before_authentication);
  return options;
}

absl::StatusOr<GatewayConfig> LoadConfig(const std::string& path) {
  auto document = process::YamlDocument::FromFile(path);
  if (!document.ok()) return document.status();
  return ReadGatewayConfig(*std::move(document));
}

absl::StatusOr<std::unique_ptr<Gateway>> MakeGateway(const GatewayConfig& config) {
  auto authenticator = client::Authenticator::Create(ServiceOptions(config));
  if (!authenticator.ok()) return authenticator.status();
  return Gateway::Create(config, *std::move(authenticator));
}

void Drain(Gateway& gateway, absl::Duration limit, process::BlockedSignals& signals) {
  gateway.StopAccepting();
  Log(LogLevel::kInfo, "draining", {{"connections", gateway.connected()}});
  const absl::Time deadline = absl::Now() + limit;
  while (gateway.connected() > 0 && absl::Now() < deadline) {
    if (signals.WaitFor(std::min(kDrainStep, deadline - absl::Now())).has_value()) break;
  }
  Log(LogLevel::kInfo, "ending", {{"connections", gateway.connected()}});
}

int Run(const CommandLine& command_line) {
  // Blocked before the first thread starts, the SDK's included.
  process::BlockedSignals signals({SIGTERM, SIGINT});
  process::ProtectProcess();
  auto config = LoadConfig(command_line.config);
  if (!config.ok()) return Fail(ExitCode::kConfig, config.status());
  process::SetLogLevel(config->log_level);
  auto gateway = MakeGateway(*config);
  if (!gateway.ok()) return Fail(ExitCode::kConfig, gateway.status());
  if (command_line.check_config) {
    std::cout << command_line.config << " is valid\n";
    return process::ExitStatus(ExitCode::kOk);
  }
  if (absl::Status status = (*gateway)->Start(); !status.ok()) {
    return Fail(ExitCode::kUnavailable, status);
  }
  std::unique_ptr<process::HealthServer> health;
  if (!config->health_address.empty()) {
    auto started = process::HealthServer::Start(config->health_address);
    if (!started.ok()) return Fail(ExitCode::kUnavailable, started.status());
    health = *std::move(started);
    health->SetReady(true);
  }
  if (!command_line.ready_file.empty()) {
    std::map<std::string, std::string> addresses;
    for (const auto& [name, endpoint] : (*gateway)->addresses()) {
      addresses[name] = FormatEndpoint(endpoint);
    }
    if (health != nullptr) addresses["health"] = health->address();
    absl::Status status = process::WriteReadyFile(command_line.ready_file, addresses);
    if (!status.ok()) return Fail(ExitCode::kFailure, status);
  }
  signals.Wait();
  if (health != nullptr) health->SetReady(false);
  Drain(**gateway, config->drain, signals);
  gateway->reset();
  return process::ExitStatus(ExitCode::kOk);
}

int Main(int argc, char** argv) {
  CommandLine command_line;
  CLI::App app(
      "Accepts AMQP 1.0 clients, has the central Sallyport service authenticate them, and\n"
      "connects them to an unmodified broker.",
      "sallyport-gateway");
  app.footer(kExamples);
  app.set_version_flag("--version", "sallyport-gateway " + std::string(process::kVersion));
  app.add_option("--config", command_line.config, "The configuration (YAML)")
      ->required()
      ->type_name("FILE");
  app.add_option("--ready-file", command_line.ready_file,
                 "Written once clients are accepted: the listeners' addresses (JSON)")
      ->type_name("FILE");
  app.add_flag("--check-config", command_line.check_config,
               "Read the configuration and the files that it names, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for = app.exit(error) == 0;
    return process::ExitStatus(asked_for ? ExitCode::kOk : ExitCode::kUsage);
  }
  return Run(command_line);
}

}  // namespace
}  // namespace sallyport::gateway

int main(int argc, char** argv) { return sallyport::gateway::Main(argc, argv); }
