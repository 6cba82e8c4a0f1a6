// A client of arbitrary bytes before a server with every mechanism, whole and split as the input
// says. It knows no secret: it must never get in, and the split must make no difference.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

constexpr size_t kOptionsSize = 3;

std::string RandomPassword() {
  std::array<char, 16> bytes;
  if (!SystemRandom().Fill(bytes)) std::abort();
  std::string password;
  for (const char byte : bytes) {
    password.push_back(static_cast<char>('a' + (byte & 0xf)));
    password.push_back(static_cast<char>('a' + (byte >> 4 & 0xf)));
  }
  return password;
}

// ANONYMOUS lets anybody in, and EXTERNAL whom the certificate names; neither can succeed here.
ServerSetup MakeSetup() {
  ServerSetup setup;
  setup.offer = OfferOf({"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
                         "SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "EXTERNAL", "OAUTHBEARER",
                         "XOAUTH2", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"},
                        {"ANONYMOUS"});
  setup.channel_bindings = {{"tls-exporter", "what the TLS connection exports."}};
  setup.settings.costs.scram_iterations = 1;
  setup.accounts["alice"] =
      AccountOf("alice", RandomPassword(), {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"},
                setup.settings.costs);
  setup.accounts["bob"] = AccountOf("bob", RandomPassword(), {"CLEARTEXT"});
  setup.tokens[RandomPassword()] = setup.accounts["alice"];
  setup.accounts["carol"] = {setup.accounts["bob"].account, FailureReason::kAccountDisabled};
  return setup;
}

ServerSetup SetupFor(uint8_t options) {
  static const ServerSetup* const base = new ServerSetup(MakeSetup());
  ServerSetup setup = *base;
  setup.limits.skip_empty_frames = (options & 1) != 0;
  if ((options & 4) != 0) setup.limits = {.max_frame_size = 128, .max_bytes = 256, .max_steps = 3};
  setup.limits.final_data_as_challenge = (options & 2) != 0;
  if ((options & 8) != 0) setup.outage = FailureReason::kStoreUnavailable;
  return setup;
}

SessionResult Finish(ServerSession& session) {
  session.AnswerAll();
  if (!session.Inconsistency().empty()) std::abort();
  if (session.outcome().has_value() && session.outcome()->identity.has_value()) std::abort();
  return session.Result();
}

SessionResult RunWhole(const ServerSetup& setup, std::string_view stream) {
  ServerSession session(setup);
  session.Receive(stream);
  return Finish(session);
}

// Some of the pieces come while the handshake is suspended.
SessionResult RunSplit(const ServerSetup& setup, std::string_view stream, uint32_t seed) {
  std::minstd_rand random(seed);
  ServerSession session(setup);
  while (!stream.empty()) {
    const size_t size = std::min<size_t>(random() % 48, stream.size());
    session.Receive(stream.substr(0, size));
    stream.remove_prefix(size);
    if (random() % 2 == 0) session.AnswerAll();
  }
  return Finish(session);
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sallyport;
  if (size < kOptionsSize) return 0;
  const ServerSetup setup = SetupFor(data[2]);
  const std::string_view stream(reinterpret_cast<const char*>(data) + kOptionsSize,
                                size - kOptionsSize);
  if (RunWhole(setup, stream) != RunSplit(setup, stream, data[0] << 8 | data[1])) std::abort();
  return 0;
}
