#include "ctl/login.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/authenticator.h"
#include "core/handshake/client_handshake.h"
#include "core/sasl/mechanism_registry.h"
#include "ctl/failure.h"
#include "ctl/handshake_events.h"
#include "ctl/password_input.h"
#include "ctl/step_printer.h"
#include "process/loopback.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

struct LoginOptions {
  client::AuthenticatorOptions service;
  client::AuthenticatorTls tls;
  client::ConnectionFacts connection;
  bool use_tls = false;
  bool unencrypted = false;
  std::string user;
  std::string authorization_id;
  std::vector<std::string> mechanisms;
  std::string hostname;
};

// Those that can be used without a client certificate, strongest first.
std::vector<std::string> DefaultMechanisms() {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    if (mechanism.needs_certificate || mechanism.channel_binding || mechanism.opt_in) continue;
    names.emplace_back(mechanism.name);
  }
  return names;
}

bool NeedsPassword(const std::vector<std::string>& mechanisms) {
  for (const std::string& name : mechanisms) {
    if (name != "ANONYMOUS" && name != "EXTERNAL") return true;
  }
  return false;
}

// Takes what the service said, and returns what the client answers.
absl::StatusOr<std::string> Answer(ClientHandshake& client, std::string_view bytes,
                                   ClientHandshake::Progress* last) {
  std::string answer;
  auto progress = client.Receive(&bytes, &answer);
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    const auto& need = std::get<NeedDerivation>(*progress);
    progress = client.Resume(need.ticket, Derive(need.work), &bytes, &answer);
  }
  if (!progress.ok()) return progress.status();
  *last = *std::move(progress);
  return answer;
}

ExitCode PrintOutcome(const client::Outcome& outcome, const ClientHandshake::Progress& last) {
  if (const auto* broken = std::get_if<ClientHandshake::Broken>(&last)) {
    std::cout << "broken off by the client: " << broken->what << "\n";
    return ExitCode::kFailure;
  }
  const std::string id = outcome.handshake_id.empty() ? "" : " [" + outcome.handshake_id + "]";
  const auto* done = std::get_if<ClientHandshake::Done>(&last);
  if (outcome.code == amqp::SaslCode::kOk &&
      (done == nullptr || done->code != amqp::SaslCode::kOk)) {
    std::cout << "broken off: the service says that the client is in, and did not tell it\n";
    return ExitCode::kFailure;
  }
  if (outcome.code == amqp::SaslCode::kOk) {
    const client::AuthenticatedIdentity& identity = *outcome.identity;
    std::cout << "accepted: " << identity.authentication_id << " by " << identity.mechanism;
    if (!identity.store.empty()) std::cout << ", store " << identity.store;
    std::cout << id << "\n";
    return ExitCode::kOk;
  }
  const FailureReason reason = outcome.reason.value_or(FailureReason::kInternal);
  std::cout << "refused: " << ReasonName(reason) << ": " << outcome.detail << id << "\n";
  return outcome.code == amqp::SaslCode::kSysTemp ? ExitCode::kUnavailable : ExitCode::kRefused;
}

ExitCode LogIn(const LoginOptions& options) {
  if (!options.use_tls && !process::StaysOnThisMachine(options.service.target)) {
    return ReportFailure(absl::InvalidArgumentError(
        "the password would cross the network unencrypted: give --tls, with --ca for an authority "
        "that the system does not know"));
  }
  ClientHandshake::Options client_options = {
      .mechanisms = options.mechanisms.empty() ? DefaultMechanisms() : options.mechanisms,
      .credentials = {.authentication_id = options.user,
                      .authorization_id = options.authorization_id},
      .hostname = options.hostname};
  if (NeedsPassword(client_options.mechanisms)) {
    absl::StatusOr<Secret> password = ReadPassword("Password: ");
    if (!password.ok()) return ReportFailure(password.status());
    client_options.credentials.password = *std::move(password);
  }
  client::AuthenticatorOptions service = options.service;
  if (options.use_tls) service.tls = options.tls;
  auto authenticator = client::Authenticator::Create(std::move(service));
  if (!authenticator.ok()) return ReportFailure(authenticator.status());

  client::ConnectionFacts connection = options.connection;
  if (!options.unencrypted) connection.tls.emplace().version = "TLSv1.3";
  ClientHandshake client(std::move(client_options), SystemRandom());
  StepPrinter printer(std::cout);
  const auto events = std::make_shared<HandshakeEvents>();
  const auto handshake = (*authenticator)->Open(std::move(connection), events);
  std::string to_send;
  client.Start(&to_send);
  ClientHandshake::Progress last;
  while (true) {
    if (!to_send.empty()) {
      printer.Print(StepPrinter::Direction::kToService, to_send);
      handshake->Receive(to_send);
    }
    HandshakeEvents::Event event = events->Next();
    if (const auto* outcome = std::get_if<client::Outcome>(&event)) {
      return PrintOutcome(*outcome, last);
    }
    const std::string& bytes = std::get<std::string>(event);
    printer.Print(StepPrinter::Direction::kFromService, bytes);
    auto answer = Answer(client, bytes, &last);
    if (!answer.ok()) return ReportFailure(answer.status());
    to_send = *std::move(answer);
    if (std::holds_alternative<ClientHandshake::Broken>(last)) return PrintOutcome({}, last);
  }
}

}  // namespace

void AddLoginCommand(CLI::App& app, Action& chosen) {
  CLI::App& command = *app.add_subcommand("login", "log in through a service, and show each step");
  auto options = std::make_shared<LoginOptions>();
  options->service.target = "127.0.0.1:7450";
  options->connection.listener = "sallyportctl";
  command.add_option("USER", options->user, "who logs in");
  command.add_option("--service", options->service.target, "the service, as host:port")
      ->capture_default_str();
  CLI::Option* tls = command.add_flag("--tls", options->use_tls, "speak TLS with the service");
  command.add_option("--ca", options->tls.ca_file, "PEM file: who may vouch for the service")
      ->needs(tls);
  command.add_option("--certificate", options->tls.certificate_file, "PEM file, for mutual TLS")
      ->needs(tls);
  command.add_option("--key", options->tls.key_file, "PEM file, for mutual TLS")->needs(tls);
  command
      .add_option("--server-name", options->tls.expected_server_name,
                  "the name in the service's certificate, where it is not the target's")
      ->needs(tls);
  command.add_option("--mechanism", options->mechanisms,
                     "a mechanism to use; the first of them that the service offers is taken");
  command.add_option("--listener", options->connection.listener, "the broker's listener")
      ->capture_default_str();
  command.add_option("--hostname", options->hostname, "what the client names as its host");
  command.add_option("--authorization-id", options->authorization_id, "who to act as");
  command.add_flag("--unencrypted", options->unencrypted,
                   "as a client without TLS: PLAIN is then not offered");
  command.footer(
      "The password is asked for on a terminal; else it is the first line of standard\n"
      "input. Messages are shown by their size only, since they may hold it.\n"
      "\n"
      "Exit codes: 0 accepted; 1 the service broke the protocol; 4 the service cannot\n"
      "be reached, or says to try again; 5 refused.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl login alice\n"
      "  sallyportctl login alice --mechanism PLAIN --listener amqps\n"
      "  sallyportctl login alice --service auth.example:7450 --tls --ca ca.pem");
  command.callback([&chosen, options] { chosen = [options] { return LogIn(*options); }; });
}

}  // namespace sallyport::ctl
