// Reads SCRAM's messages, which kind the first byte says: what is accepted is written again from
// its parts as it was.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/crypto/base64.h"
#include "core/sasl/scram/scram_client_messages.h"
#include "core/sasl/scram/scram_server_messages.h"

namespace sallyport {
namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

std::string Base64(std::string_view bytes) {
  std::string text;
  AppendBase64(bytes, &text);
  return text;
}

void ReadClientFirst(std::string_view message) {
  const auto parsed = ParseScramClientFirst(message);
  const auto* first = std::get_if<ScramClientFirst>(&parsed);
  if (first == nullptr) return;
  Expect(std::string(first->gs2_header).append(first->bare) == message);
  Expect(!first->username.empty() && !first->nonce.empty());
  Expect(first->nonce.size() <= kMaxScramClientNonceSize);
  Expect(first->binding_type.empty() == (first->binding_flag != ScramBindingFlag::kUsed));
}

void ReadClientFinal(std::string_view message) {
  const auto parsed = ParseScramClientFinal(message);
  const auto* final = std::get_if<ScramClientFinal>(&parsed);
  if (final == nullptr) return;
  Expect(std::string(final->without_proof).append(",p=").append(Base64(final->proof)) == message);
  Expect(final->without_proof.starts_with("c=" + Base64(final->binding) + ",r="));
}

void ReadServerFirst(std::string_view message) {
  const auto parsed = ParseScramServerFirst(message);
  const auto* first = std::get_if<ScramServerFirst>(&parsed);
  if (first == nullptr) return;
  const std::string written = std::string("r=")
                                  .append(first->nonce)
                                  .append(",s=")
                                  .append(Base64(first->salt))
                                  .append(",i=")
                                  .append(std::to_string(first->iterations));
  Expect(message.starts_with(written));
  Expect(message.size() == written.size() || message[written.size()] == ',');
}

void ReadServerFinal(std::string_view message) {
  const auto parsed = ParseScramServerFinal(message);
  if (const auto* verifier = std::get_if<ScramVerifier>(&parsed)) {
    const std::string written = "v=" + Base64(verifier->signature);
    Expect(message.starts_with(written));
    Expect(message.size() == written.size() || message[written.size()] == ',');
  }
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      sallyport::ReadClientFirst(message);
      break;
    case 1:
      sallyport::ReadClientFinal(message);
      break;
    case 2:
      sallyport::ReadServerFirst(message);
      break;
    default:
      sallyport::ReadServerFinal(message);
  }
  return 0;
}
