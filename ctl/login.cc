#include "ctl/login.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "client/authenticator.h"
#include "core/crypto/random_source.h"
#include "core/handshake/client_handshake.h"
#include "ctl/failure.h"
#include "ctl/handshake_events.h"
#include "ctl/login_options.h"
#include "ctl/step_printer.h"
#include "process/loopback.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

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
    if (identity.channel_bound) std::cout << ", bound to the channel";
    if (identity.authorization_id != identity.authentication_id) {
      std::cout << ", acting as " << identity.authorization_id;
    }
    if (!identity.store.empty()) std::cout << ", store " << identity.store;
    std::cout << id << "\n";
    return ExitCode::kOk;
  }
  const FailureReason reason = outcome.reason.value_or(FailureReason::kInternal);
  std::cout << "refused: " << ReasonName(reason) << ": " << outcome.detail << id << "\n";
  return outcome.code == amqp::SaslCode::kSysTemp ? ExitCode::kUnavailable : ExitCode::kRefused;
}

}  // namespace

ExitCode LogIn(const LoginOptions& options) {
  if (!options.use_tls && !process::StaysOnThisMachine(options.service.target)) {
    return ReportFailure(absl::InvalidArgumentError(
        "what the client says would cross the network unencrypted: give --tls, with --ca for an "
        "authority that the system does not know"));
  }
  absl::StatusOr<LoginSides> sides = PrepareLogin(options);
  if (!sides.ok()) return ReportFailure(sides.status());
  client::AuthenticatorOptions service = options.service;
  if (options.use_tls) service.tls = options.tls;
  auto authenticator = client::Authenticator::Create(std::move(service));
  if (!authenticator.ok()) return ReportFailure(authenticator.status());

  ClientHandshake client(std::move(sides->client), SystemRandom());
  StepPrinter printer(std::cout);
  const auto events = std::make_shared<HandshakeEvents>();
  const auto handshake = (*authenticator)->Open(std::move(sides->connection), events);
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

}  // namespace sallyport::ctl
