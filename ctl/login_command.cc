#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/login.h"
#include "ctl/login_options.h"

namespace sallyport::ctl {
namespace {

constexpr char kFooter[] =
    R"(A password or a token is asked for on a terminal; else it is a line of standard input,
the password first where both are needed. Nothing is asked for where the mechanisms need
nothing: EXTERNAL, ANONYMOUS, GSSAPI (which takes the tickets of the user who runs this).
Messages are shown by their size only, since they may hold a secret.

Without --mechanism, those are tried that --token-file, --peer-certificate or
--channel-binding is for; with none of these, those that need a password and nothing else.

Exit codes: 0 accepted; 1 the client broke off: none of its mechanisms could be used, or
the service did not prove itself; 4 the service cannot be reached, or says to try again;
5 refused.

Examples:
  sallyportctl login alice
  sallyportctl login alice --mechanism PLAIN --listener amqps
  sallyportctl login alice --service auth.example:7450 --tls --ca ca.pem
  sallyportctl login alice --channel-binding tls-exporter
  sallyportctl login alice --token-file alice.jwt
  sallyportctl login --peer-certificate alice.pem
  sallyportctl login --mechanism GSSAPI --sasl-host mq.example
  sallyportctl login alice --mechanism DIGEST-MD5 --parameter realm=example.com)";

void AddServiceOptions(CLI::App& command, LoginOptions& options) {
  options.service.target = "127.0.0.1:7450";
  command.add_option("--service", options.service.target, "the service, as host:port")
      ->capture_default_str();
  CLI::Option* tls = command.add_flag("--tls", options.use_tls, "speak TLS with the service");
  command.add_option("--ca", options.tls.ca_file, "PEM file: who may vouch for the service")
      ->needs(tls);
  command.add_option("--certificate", options.tls.certificate_file, "PEM file, for mutual TLS")
      ->needs(tls);
  command.add_option("--key", options.tls.key_file, "PEM file, for mutual TLS")->needs(tls);
  command
      .add_option("--server-name", options.tls.expected_server_name,
                  "the name in the service's certificate, where it is not the target's")
      ->needs(tls);
}

}  // namespace

void AddLoginCommand(CLI::App& app, Action& chosen) {
  CLI::App& command = *app.add_subcommand("login", "log in through a service, and show each step");
  auto options = std::make_shared<LoginOptions>();
  options->listener = "sallyportctl";
  command.add_option("USER", options->user, "who logs in");
  AddServiceOptions(command, *options);
  command.add_option("--listener", options->listener, "the broker's listener")
      ->capture_default_str();
  AddClientFlags(command, options->client);
  command
      .add_option("--token-file", options->token_file,
                  "one line: the bearer token, for OAUTHBEARER and XOAUTH2")
      ->type_name("FILE");
  command.footer(kFooter);
  command.callback([&chosen, options] { chosen = [options] { return LogIn(*options); }; });
}

}  // namespace sallyport::ctl
