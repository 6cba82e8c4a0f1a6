// Reads a webhook's answers: another parser agrees with what was taken to be a "yes", a "no" or a
// user, and the answer to a question about somebody else is none.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "server/stores/webhook/webhook_response.h"

namespace sallyport::server {
namespace {

using nlohmann::json;

constexpr char kUser[] = "alice";

void Expect(bool holds) {
  if (!holds) std::abort();
}

json Parse(std::string_view text) {
  json parsed = json::parse(text, /*callback=*/nullptr, /*allow_exceptions=*/false);
  Expect(parsed.is_object());
  Expect(!parsed.contains("user") || parsed["user"] == kUser);
  return parsed;
}

void ReadLookup(std::string_view text) {
  const auto read = ParseLookupResponse(text, kUser, /*with_credentials=*/true);
  if (!read.ok()) return;
  const json parsed = Parse(text);
  Expect(parsed["found"] == read->has_value());
  if (!read->has_value()) return;
  const WebhookUser& user = **read;
  Expect(parsed["credentials"].size() == user.credentials.size());
  for (size_t i = 0; i < user.credentials.size(); ++i) {
    Expect(parsed["credentials"][i] == user.credentials[i].view());
  }
  Expect(parsed.value("groups", json::array()) == json(user.groups));
  Expect(parsed.value("attributes", json::object()) == json(user.attributes));
  Expect(parsed.value("disabled", false) == user.disabled);
  Expect(parsed.contains("expires_at") == user.expires_at.has_value());
}

void ReadVerify(std::string_view text) {
  const auto read = ParseVerifyResponse(text, kUser);
  if (read.ok()) Expect(Parse(text)["valid"] == *read);
}

}  // namespace
}  // namespace sallyport::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  sallyport::server::ReadLookup(text);
  sallyport::server::ReadVerify(text);
  return 0;
}
