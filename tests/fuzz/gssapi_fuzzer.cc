// GSSAPI with arbitrary bytes. The first byte says what the rest is: the first token of a client
// that knows no key, which must be refused; the client's choice or the server's offer of a security
// layer; or a principal's name.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/sasl/gssapi/gssapi.h"
#include "core/sasl/gssapi/kerberos_name.h"
#include "core/sasl/gssapi/kerberos_token.h"
#include "core/sasl/gssapi/security_layer.h"

namespace sallyport {
namespace {

void Require(bool truth) {
  if (!truth) std::abort();
}

std::string Counted(std::string_view bytes) {
  return {static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())};
}

// A keytab (MIT's format 0x502) with one key that nobody knows, of amqp/localhost@REALM.
std::string Keytab() {
  std::string key(32, '\0');
  Require(SystemRandom().Fill(key));
  constexpr std::string_view kAes256("\0\x12", 2);
  std::string entry("\0\x02", 2);
  for (const std::string_view part : {"REALM", "amqp", "localhost"}) {
    entry.append(Counted(part)).append(part);
  }
  entry.append(std::string_view("\0\0\0\x01\0\0\0\0\x01", 9)).append(kAes256);
  entry.append(Counted(key)).append(key);
  return std::string("\x05\x02\0\0", 4).append(Counted(entry)).append(entry);
}

ServerMechanismSettings MakeSettings() {
  setenv("KRB5_CONFIG", "/dev/null", /*overwrite=*/1);
  setenv("KRB5RCACHENAME", "none:", /*overwrite=*/1);
  const int file = memfd_create("keytab", 0);
  const std::string keytab = Keytab();
  Require(write(file, keytab.data(), keytab.size()) == static_cast<ssize_t>(keytab.size()));
  ServerMechanismSettings settings;
  settings.kerberos.keytab = "/proc/self/fd/" + std::to_string(file);
  settings.kerberos.allow_one_way = true;
  return settings;
}

void ServeToken(std::string_view token) {
  static const auto* const settings = new ServerMechanismSettings(MakeSettings());
  const auto server = *CreateGssapiServer({.settings = settings});
  auto result = server->Step(token);
  Require(result.ok() &&
          std::holds_alternative<NeedDerivation>(*result) == IsKerberosRequest(token));
  if (const auto* need = std::get_if<NeedDerivation>(&*result)) {
    result = server->Resume(need->ticket, Derive(need->work));
    Require(result.ok());
  }
  const auto* failure = std::get_if<Failure>(&*result);
  Require(failure != nullptr && failure->what != nullptr);
  Require(failure->reason == FailureReason::kMalformedMessage ||
          failure->reason == FailureReason::kKerberosRefused);
}

void ParseLayers(std::string_view message) {
  const auto parsed = ParseLayerChoice(message);
  if (const auto* id = std::get_if<std::string_view>(&parsed)) {
    Require(NoLayerChoice(*id) == message);
  }
  WhyLayersUnusable(message);
  IsUnderAcceptorSubkey(message);
}

// No two principals may have the same account.
void NamePrincipal(std::string_view principal) {
  constexpr std::string_view kRealm = "REALM";
  const auto account = AccountNameOf(principal, kRealm);
  if (!account.has_value()) return;
  const bool stranger = account->find('@') != std::string::npos;
  Require(principal == (stranger ? *account : *account + "@REALM"));
  Require(!stranger || !account->ends_with("@REALM"));
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      sallyport::ServeToken(rest);
      break;
    case 1:
      sallyport::ParseLayers(rest);
      break;
    default:
      sallyport::NamePrincipal(rest);
  }
  return 0;
}
