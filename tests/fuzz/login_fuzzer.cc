// Our client against our server, with somebody between them who alters bytes as the input says: a
// client that knows no password never gets in, and one that is told that it is in by a mechanism
// that proves the server, is.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "core/credentials/key_derivation.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"
#include "tests/core/sasl/local_mechanisms.h"

namespace sallyport {
namespace {

constexpr size_t kOptionsSize = 2;
constexpr size_t kAlterationSize = 3;

enum Options : uint8_t { kWrongPassword = 1, kFinalDataAsChallenge = 2, kUnknownUser = 4 };

// The slow one is always the same, but for what was altered.
DerivationAnswer DeriveOnce(const KeyDerivation& work) {
  const auto* salted = std::get_if<SaltedPassword>(&work);
  if (salted == nullptr) return Derive(work);
  static auto* const known =
      new std::map<std::tuple<HashFunction, std::string, std::string, uint32_t>, Secret>();
  const std::tuple key(salted->hash, std::string(salted->password.view()), salted->salt,
                       salted->iterations);
  if (const auto found = known->find(key); found != known->end()) return found->second;
  // One that was altered may take forever.
  if (salted->iterations > 8192) return DerivationRefused{};
  DerivationAnswer answer = Derive(work);
  if (const auto* secret = std::get_if<Secret>(&answer)) known->emplace(key, *secret);
  return answer;
}

// What lies between the two.
class Wire {
 public:
  explicit Wire(std::string_view script) {
    for (; script.size() >= kAlterationSize; script.remove_prefix(kAlterationSize)) {
      const auto at = static_cast<uint8_t>(script[1]);
      const bool to_server = (script[0] & 1) != 0;
      const size_t page = static_cast<uint8_t>(script[0]) >> 1 & 1;
      alterations_[to_server][page << 8 | at] = script[2];
    }
  }

  std::string Pass(std::string bytes, bool to_server) {
    size_t& passed = passed_[to_server];
    for (char& byte : bytes) {
      const auto found = alterations_[to_server].find(passed++);
      if (found != alterations_[to_server].end()) byte = static_cast<char>(byte ^ found->second);
    }
    return bytes;
  }

 private:
  std::map<size_t, char> alterations_[2];
  size_t passed_[2] = {};
};

ClientHandshake::Progress Hear(ClientHandshake& client, std::string_view bytes,
                               std::string* to_send) {
  auto progress = client.Receive(&bytes, to_send);
  while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
    const auto& need = std::get<NeedDerivation>(*progress);
    progress = client.Resume(need.ticket, DeriveOnce(need.work), &bytes, to_send);
  }
  if (!progress.ok()) std::abort();
  return *std::move(progress);
}

void Run(const ServerSetup& setup, const MechanismDescriptor& mechanism, uint8_t options,
         Wire wire) {
  const std::string_view user = (options & kUnknownUser) != 0 ? "nobody" : kKeysUser;
  const bool has_password = (options & (kWrongPassword | kUnknownUser)) == 0;
  const bool knows = has_password || mechanism.needs_certificate || mechanism.name == "ANONYMOUS";
  RepeatableRandom random(3);
  // An unknown user has a wrong one too: the name may be altered into a known one.
  ClientHandshake client(LoginBy(mechanism.name, user, has_password ? kPassword : "wrong"), random);
  ServerSession server(setup);
  std::string to_send;
  client.Start(&to_send);
  ClientHandshake::Progress progress = ClientHandshake::WaitForServer{};
  while (std::holds_alternative<ClientHandshake::WaitForServer>(progress)) {
    server.Exchange(wire.Pass(std::exchange(to_send, {}), /*to_server=*/true));
    const std::string answer = wire.Pass(server.TakeUnread(), /*to_server=*/false);
    if (answer.empty()) break;
    progress = Hear(client, answer, &to_send);
  }
  if (!server.Inconsistency().empty()) std::abort();
  const bool in = server.outcome().has_value() && server.outcome()->identity.has_value();
  if (in && !knows) std::abort();
  const auto* done = std::get_if<ClientHandshake::Done>(&progress);
  const bool told = done != nullptr && done->code == amqp::SaslCode::kOk;
  if (told && mechanism.server_sends_final_data && !knows) std::abort();
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sallyport;
  if (size < kOptionsSize) return 0;
  static const ServerSetup* const setup = new ServerSetup(EveryMechanism());
  const auto mechanisms = LocalMechanisms();
  ServerSetup chosen = *setup;
  chosen.limits.final_data_as_challenge = (data[1] & kFinalDataAsChallenge) != 0;
  Run(chosen, mechanisms[data[0] % mechanisms.size()], data[1],
      Wire({reinterpret_cast<const char*>(data) + kOptionsSize, size - kOptionsSize}));
  return 0;
}
