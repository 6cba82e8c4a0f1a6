#include "core/sasl/digest_md5/digest_response.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/sasl/digest_md5/digest_charset.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {
namespace {

// RFC 2831 section 2.1.2: the size must be less than that.
constexpr size_t kResponseSizeLimit = 4096;
constexpr size_t kNonceCountSize = 8;
constexpr int kHexadecimal = 16;

constexpr std::string_view kSingle[] = {"username",   "realm",    "nonce",  "cnonce",
                                        "nc",         "qop",      "maxbuf", "charset",
                                        "digest-uri", "response", "cipher", "authzid"};

std::optional<uint32_t> ParseNonceCount(std::string_view digits) {
  // std::from_chars takes capitals too.
  if (digits.size() != kNonceCountSize ||
      digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  uint32_t count = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, count, kHexadecimal);
  if (error != std::errc() || stop != end) return std::nullopt;
  return count;
}

std::optional<DigestSyntaxError> CheckOptions(const DigestDirectives& directives) {
  if (directives.Find("qop").value_or("auth") != "auth" || directives.Find("cipher").has_value()) {
    return DigestSyntaxError{"the response asks for more than qop auth"};
  }
  const std::string_view charset = directives.Find("charset").value_or("utf-8");
  if (!absl::EqualsIgnoreCase(absl::string_view(charset.data(), charset.size()), "utf-8")) {
    return DigestSyntaxError{"the response's charset is not utf-8"};
  }
  return std::nullopt;
}

std::optional<DigestSyntaxError> ReadNames(const DigestDirectives& directives,
                                           DigestResponse* response) {
  response->utf8 = directives.Find("charset").has_value();
  auto username = DecodeDigestText(directives.Find("username").value_or(""), response->utf8);
  if (!username.has_value()) return DigestSyntaxError{"the username is not UTF-8"};
  if (username->empty()) return DigestSyntaxError{"the response has no username"};
  response->username = *std::move(username);
  if (const auto realm = directives.Find("realm")) {
    response->realm = DecodeDigestText(*realm, response->utf8);
    if (!response->realm.has_value()) return DigestSyntaxError{"the realm is not UTF-8"};
  }
  if (const auto authzid = directives.Find("authzid")) {
    if (authzid->empty()) return DigestSyntaxError{"the authzid is empty"};
    response->authorization_id = *authzid;
  }
  return std::nullopt;
}

}  // namespace

bool IsDigestUri(std::string_view uri) {
  const size_t slash = uri.find('/');
  if (uri.size() > kMaxDigestValueSize) return false;
  if (slash == std::string_view::npos || !IsDigestToken(uri.substr(0, slash))) return false;
  const std::string_view host = uri.substr(slash + 1);
  return !host.empty() && !host.starts_with('/') &&
         std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string NonceCountText(uint32_t nonce_count) {
  return absl::StrCat(absl::Hex(nonce_count, absl::kZeroPad8));
}

std::variant<DigestSyntaxError, DigestResponse> ParseDigestResponse(std::string_view message) {
  if (message.size() >= kResponseSizeLimit) {
    return DigestSyntaxError{"the response is too long"};
  }
  const auto parsed = DigestDirectives::Parse(message, kSingle);
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return *error;
  const auto& directives = std::get<DigestDirectives>(parsed);
  if (const auto error = CheckOptions(directives)) return *error;

  DigestResponse response;
  if (const auto error = ReadNames(directives, &response)) return *error;
  response.nonce = directives.Find("nonce").value_or("");
  response.cnonce = directives.Find("cnonce").value_or("");
  if (response.nonce.empty() || response.cnonce.empty()) {
    return DigestSyntaxError{"the response lacks a nonce"};
  }
  if (std::max(response.nonce.size(), response.cnonce.size()) > kMaxDigestValueSize) {
    return DigestSyntaxError{"a nonce is too long"};
  }
  const auto count = ParseNonceCount(directives.Find("nc").value_or(""));
  if (!count.has_value()) return DigestSyntaxError{"nc is not eight hexadecimal digits"};
  response.nonce_count = *count;
  response.digest_uri = directives.Find("digest-uri").value_or("");
  if (!IsDigestUri(response.digest_uri)) {
    return DigestSyntaxError{"the digest-uri is not a service and a host"};
  }
  response.response = directives.Find("response").value_or("");
  if (!IsMd5Hex(response.response)) return DigestSyntaxError{"the response has no digest"};
  return response;
}

std::string FormatDigestResponse(const DigestResponse& response) {
  const auto text = [&](const std::string& value) {
    return response.utf8 ? value : Latin1IfPossible(value);
  };
  std::string message;
  if (response.utf8) message.append("charset=utf-8,");
  AppendQuotedDirective("username", text(response.username), &message);
  if (response.realm.has_value()) {
    AppendQuotedDirective(",realm", text(*response.realm), &message);
  }
  AppendQuotedDirective(",nonce", response.nonce, &message);
  message.append(",nc=").append(NonceCountText(response.nonce_count));
  AppendQuotedDirective(",cnonce", response.cnonce, &message);
  AppendQuotedDirective(",digest-uri", response.digest_uri, &message);
  message.append(",response=").append(response.response).append(",qop=auth");
  if (response.authorization_id.has_value()) {
    AppendQuotedDirective(",authzid", *response.authorization_id, &message);
  }
  return message;
}

}  // namespace sallyport
