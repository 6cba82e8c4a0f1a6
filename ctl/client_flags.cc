#include "ctl/client_flags.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/crypto/random_source.h"
#include "core/sasl/mechanism_registry.h"
#include "process/file.h"

namespace sallyport::ctl {
namespace {

constexpr size_t kMaxCertificateFile = 1 << 20;
constexpr size_t kBindingSize = 32;

std::vector<std::string> MechanismNames() {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) names.emplace_back(mechanism.name);
  return names;
}

std::string CheckParameter(const std::string& text) {
  return ParseParameter(text).has_value() ? "" : "expected NAME=VALUE, such as realm=example.com";
}

void AddParameters(const std::vector<std::string>& texts, bool critical,
                   std::vector<MechanismParameter>* parameters) {
  for (const std::string& text : texts) {
    std::optional<MechanismParameter> parameter = ParseParameter(text);
    if (!parameter.has_value()) continue;
    parameter->critical = critical;
    parameters->push_back(*std::move(parameter));
  }
}

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

absl::StatusOr<std::string> ReadCertificate(const std::string& path) {
  absl::StatusOr<std::string> pem = process::ReadFile(path, kMaxCertificateFile);
  if (!pem.ok()) return pem;
  const std::unique_ptr<BIO, FreeOpenSsl> bio(
      BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const std::unique_ptr<X509, FreeOpenSsl> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = certificate == nullptr ? -1 : i2d_X509(certificate.get(), &der);
  ERR_clear_error();
  if (size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot use ", path, ": expected a certificate in PEM"));
  }
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

void AddClientFlags(CLI::App& command, ClientFlags& flags) {
  command
      .add_option("--mechanism", flags.mechanisms,
                  "a mechanism to use; may be given again: the first that the service offers is "
                  "taken")
      ->check(CLI::IsMember(MechanismNames()))
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--authorization-id", flags.authorization_id, "who to act as");
  command.add_option("--hostname", flags.hostname, "what the client names as its host");
  command.add_option("--sasl-host", flags.sasl_host,
                     "the host that GSSAPI, DIGEST-MD5 and OAUTHBEARER believe to speak to "
                     "(default: --hostname)");
  command
      .add_option("--parameter", flags.parameters,
                  "NAME=VALUE for the client's side of the mechanism; may be given again")
      ->check(CheckParameter)
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--critical-parameter", flags.critical_parameters,
                  "likewise, but a mechanism that does not know it is not used")
      ->check(CheckParameter)
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  CLI::Option* const unencrypted =
      command.add_flag("--unencrypted", flags.unencrypted,
                       "as a client without TLS: what shows a secret is then not offered");
  command
      .add_option("--peer-certificate", flags.peer_certificate,
                  "PEM file: the certificate that the client has shown to the broker, for EXTERNAL")
      ->type_name("FILE")
      ->excludes(unencrypted);
  command
      .add_option("--channel-binding", flags.channel_binding,
                  "as a client whose TLS connection has a binding of this type, for -PLUS")
      ->check(CLI::IsMember({"tls-exporter", "tls-server-end-point", "tls-unique"}))
      ->excludes(unencrypted);
}

absl::Status ApplyClientFlags(const ClientFlags& flags, client::ConnectionFacts* connection,
                              ClientHandshake::Options* client) {
  client->mechanisms = flags.mechanisms;
  client->hostname = flags.hostname;
  client->server_name = flags.sasl_host;
  client->credentials.authorization_id = flags.authorization_id;
  AddParameters(flags.parameters, false, &client->parameters);
  AddParameters(flags.critical_parameters, true, &client->parameters);
  if (flags.unencrypted) return absl::OkStatus();

  client::TlsFacts& tls = connection->tls.emplace();
  // The only version that has it is the older one.
  tls.version = flags.channel_binding == "tls-unique" ? "TLSv1.2" : "TLSv1.3";
  if (!flags.peer_certificate.empty()) {
    absl::StatusOr<std::string> certificate = ReadCertificate(flags.peer_certificate);
    if (!certificate.ok()) return certificate.status();
    tls.peer_certificate = *std::move(certificate);
  }
  if (!flags.channel_binding.empty()) {
    ChannelBinding binding = {flags.channel_binding, std::string(kBindingSize, '\0')};
    if (!SystemRandom().Fill(binding.data)) {
      return absl::UnavailableError("the system gives no random bytes");
    }
    tls.channel_bindings.push_back(binding);
    client->channel_bindings.push_back(std::move(binding));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::ctl
