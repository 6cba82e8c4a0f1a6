// Reads the messages of OAUTHBEARER and XOAUTH2: what is accepted holds a token and nothing that
// could be taken for a separator, and is read again from its parts.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "core/sasl/oauth/bearer_token.h"
#include "core/sasl/oauth/oauthbearer_message.h"
#include "core/sasl/oauth/xoauth2_message.h"

namespace sallyport {
namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

void ReadOauthBearer(std::string_view bytes) {
  const auto parsed = ParseOauthBearerMessage(bytes);
  const auto* message = std::get_if<OauthBearerMessage>(&parsed);
  if (message == nullptr) return;
  Expect(message->host.empty() || IsOauthHost(message->host));
  Expect(message->port.empty() || IsOauthPort(message->port));
  if (message->token.empty()) return;
  Expect(IsBearerToken(message->token));
  const std::string written = FormatOauthBearerMessage(*message);
  const auto read_again = ParseOauthBearerMessage(written);
  const auto* again = std::get_if<OauthBearerMessage>(&read_again);
  Expect(again != nullptr);
  Expect(again->authorization_id == message->authorization_id && again->host == message->host &&
         again->port == message->port && again->token == message->token);
}

void ReadXoauth2(std::string_view bytes) {
  const auto message = ParseXoauth2Message(bytes);
  if (!message.has_value()) return;
  Expect(IsBearerToken(message->token));
  Expect(message->user.find(kControlA) == std::string_view::npos);
  const std::string written = FormatXoauth2Message(*message);
  const auto again = ParseXoauth2Message(written);
  Expect(again.has_value() && again->user == message->user && again->token == message->token);
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  sallyport::ReadOauthBearer(bytes);
  sallyport::ReadXoauth2(bytes);
  return 0;
}
