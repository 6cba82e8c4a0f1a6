#include "ctl/explain_options.h"

#include <CLI/CLI.hpp>

#include "core/sasl/mechanism_registry.h"

namespace sallyport::ctl {
namespace {

std::vector<std::string> MechanismNames() {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) names.emplace_back(mechanism.name);
  return names;
}

void AddConnectionTraits(CLI::App& command, ExplainOptions& options) {
  CLI::Option* const unencrypted =
      command.add_flag("--unencrypted", options.unencrypted, "the client's connection has no TLS");
  command
      .add_option("--server-name", options.login.server_name,
                  "the TLS server name that the client asked for")
      ->excludes(unencrypted);
  command
      .add_flag("--certificate", options.login.has_certificate,
                "the client has shown a certificate; --user is the name in it")
      ->excludes(unencrypted);
  command
      .add_option("--channel-binding", options.login.binding,
                  "the type of binding that the client's connection has")
      ->check(CLI::IsMember({"tls-exporter", "tls-server-end-point", "tls-unique"}))
      ->excludes(unencrypted);
}

void AddWho(CLI::App& command, ExplainOptions& options) {
  command
      .add_option("--mechanism", options.login.mechanism,
                  "the mechanism that the client chooses (default: tell what it is offered)")
      ->check(CLI::IsMember(MechanismNames()))
      ->type_name("NAME");
  command.add_option("--user", options.login.user,
                     "who logs in: the name as the client, its certificate, token or ticket "
                     "has it");
  command.add_option("--authorization-id", options.login.authorization_id, "who to act as");
  command
      .add_option("--group", options.groups,
                  "a group of the user; may be given again (default: what the stores say)")
      ->allow_extra_args(false);
  CLI::Option* const broker =
      command.add_option("--broker", options.login.broker, "who asks, by the policy's name");
  command
      .add_option("--broker-identity", options.broker_identity,
                  "who asks, by a DNS name or URI in its certificate")
      ->excludes(broker);
}

}  // namespace

void AddExplainOptions(CLI::App& command, ExplainOptions& options) {
  command.add_option("--listener", options.login.listener, "the broker's listener")->required();
  command.add_option("--hostname", options.login.hostname, "what the client names as its host");
  AddConnectionTraits(command, options);
  AddWho(command, options);
  command.add_option("--file", options.file,
                     "the policy to ask (default: the one that a sallyportd runs under)");
  command.add_flag("--offline", options.offline, "do not ask a sallyportd what the stores say")
      ->needs("--file");
  AddConnectionOptions(command, options.connection);
  AddOutputOption(command, options.output);
}

policy::LoginQuestion QuestionOf(const ExplainOptions& options) {
  policy::LoginQuestion question = options.login;
  question.encrypted = !options.unencrypted;
  if (!options.groups.empty()) question.groups = options.groups;
  const std::string& identity = options.broker_identity;
  if (identity.empty()) return question;
  question.broker_identity.has_certificate = true;
  const bool is_uri = identity.find("://") != std::string::npos;
  (is_uri ? question.broker_identity.uris : question.broker_identity.dns_names).push_back(identity);
  return question;
}

}  // namespace sallyport::ctl
