#include "core/tokens/compact_token.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "core/tokens/base64url.h"
#include "core/tokens/json_object.h"
#include "core/tokens/token_rules.h"

namespace sallyport {
namespace {

// RFC 7515 section 4.1.9: a media type, whose "application/" may be left out.
bool IsTokenType(std::string_view type) {
  absl::string_view name(type.data(), type.size());
  constexpr size_t kPrefix = sizeof "application/" - 1;
  if (absl::StartsWithIgnoreCase(name, "application/")) name.remove_prefix(kPrefix);
  return absl::EqualsIgnoreCase(name, "JWT") || absl::EqualsIgnoreCase(name, "at+jwt");
}

std::optional<TokenRefusal> JudgeHeader(const json_t* header) {
  if (Member(header, "enc") != nullptr) return TokenRefusal::kEncrypted;
  // RFC 7515 section 4.1.11: no extension is understood here.
  if (Member(header, "crit") != nullptr) return TokenRefusal::kUnsupportedHeader;
  const json_t* const encoded = Member(header, "b64");
  if (encoded != nullptr && !json_is_true(encoded)) return TokenRefusal::kUnsupportedHeader;
  const json_t* const type = Member(header, "typ");
  if (type != nullptr && !IsTokenType(TextOf(type).value_or(""))) return TokenRefusal::kWrongType;
  const json_t* const key_id = Member(header, "kid");
  if (key_id != nullptr && !json_is_string(key_id)) return TokenRefusal::kMalformed;
  return std::nullopt;
}

}  // namespace

std::variant<TokenRefusal, CompactToken> CompactToken::Parse(std::string_view token) {
  if (token.size() > kMaxTokenSize) return TokenRefusal::kTooLarge;
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots == 4) return TokenRefusal::kEncrypted;
  if (dots != 2) return TokenRefusal::kMalformed;
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);

  const auto header = DecodeBase64Url(token.substr(0, first));
  auto payload = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  const auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!header.has_value() || !payload.has_value() || !signature.has_value()) {
    return TokenRefusal::kMalformed;
  }
  const auto json = ParseJsonObject(header->view());
  if (!json.ok()) return TokenRefusal::kMalformed;
  if (const auto refusal = JudgeHeader(json->get())) return *refusal;
  const auto name = TextOf(Member(json->get(), "alg"));
  if (!name.has_value()) return TokenRefusal::kMalformed;
  const auto algorithm = FindTokenAlgorithm(*name);
  if (!algorithm.has_value()) return TokenRefusal::kAlgorithmNotAllowed;
  std::optional<std::string> key_id;
  if (const auto text = TextOf(Member(json->get(), "kid"))) key_id.emplace(*text);
  return CompactToken(token, *algorithm, std::move(key_id), *std::move(payload), signature->size());
}

}  // namespace sallyport
