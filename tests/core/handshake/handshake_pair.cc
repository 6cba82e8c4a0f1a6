#include "tests/core/handshake/handshake_pair.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "tests/core/sasl/local_mechanisms.h"

namespace sallyport {
namespace {

const ChannelBinding& Exporter() {
  static const ChannelBinding* const binding =
      new ChannelBinding{"tls-exporter", "what the TLS connection exports."};
  return *binding;
}

// Feeds `bytes` until the client wants more or has ended.
ClientHandshake::Progress Feed(ClientHandshake& client, std::string_view* bytes,
                               std::string* to_send) {
  absl::StatusOr<ClientHandshake::Progress> progress = client.Receive(bytes, to_send);
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    const auto& need = std::get<NeedDerivation>(*progress);
    progress = client.Resume(need.ticket, Derive(need.work), bytes, to_send);
  }
  if (!progress.ok()) std::abort();
  return *std::move(progress);
}

// What the issuer gives a user for this password.
std::string TokenFor(std::string_view user, std::string_view password) {
  std::string token(user);
  token.append(".").append(password);
  std::replace(token.begin(), token.end(), ' ', '-');
  return token;
}

}  // namespace

std::string CertificateFor(std::string_view common_name) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.data()),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) std::abort();
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return bytes;
}

std::string_view UserFor(std::string_view mechanism) {
  return FindMechanism(mechanism)->exposes_secret ? kCleartextUser : kKeysUser;
}

ServerSetup EveryMechanism() {
  static const std::string* const certificate = new std::string(CertificateFor(kKeysUser));
  static const CredentialsFound* const keys = new CredentialsFound(AccountOf(
      kKeysUser, kPassword, {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "CLEARTEXT"}));
  static const CredentialsFound* const cleartext =
      new CredentialsFound(AccountOf(kCleartextUser, kPassword, {"CLEARTEXT"}));
  std::vector<std::string_view> names;
  for (const MechanismDescriptor& mechanism : LocalMechanisms()) names.push_back(mechanism.name);
  ServerSetup setup;
  setup.offer = OfferOf(names);
  setup.channel_bindings = {Exporter()};
  setup.peer_certificate = *certificate;
  setup.accounts[std::string(kKeysUser)] = *keys;
  setup.accounts[std::string(kCleartextUser)] = *cleartext;
  setup.tokens[TokenFor(kKeysUser, kPassword)] = *keys;
  setup.tokens[TokenFor(kCleartextUser, kPassword)] = *cleartext;
  return setup;
}

ClientHandshake::Options LoginBy(std::string_view mechanism, std::string_view user,
                                 std::string_view password) {
  ClientHandshake::Options options;
  options.mechanisms = {std::string(mechanism)};
  options.credentials.authentication_id = std::string(user);
  options.credentials.password = Secret(password);
  options.credentials.token = Secret(TokenFor(user, password));
  options.channel_bindings = {Exporter()};
  options.server_name = "host.test";
  return options;
}

Talk TalkToEnd(ServerSession& server, ClientHandshake& client) {
  Talk talk;
  std::string to_send;
  client.Start(&to_send);
  std::string pending = server.TakeUnread();
  while (true) {
    talk.client_bytes += to_send;
    server.Exchange(std::exchange(to_send, {}));
    pending += server.TakeUnread();
    if (pending.empty()) return talk;
    std::string_view bytes = pending;
    talk.end = Feed(client, &bytes, &to_send);
    talk.left = std::string(bytes);
    pending.clear();
    if (!std::holds_alternative<ClientHandshake::WaitForServer>(talk.end)) {
      talk.client_bytes += to_send;
      return talk;
    }
  }
}

Talk ClientTalk(const ClientHandshake::Options& options, std::string_view server_bytes) {
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  Talk talk;
  client.Start(&talk.client_bytes);
  talk.end = Feed(client, &server_bytes, &talk.client_bytes);
  talk.left = std::string(server_bytes);
  return talk;
}

}  // namespace sallyport
