#include "core/sasl/digest_md5/digest_challenge.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "core/amqp/utf8.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {
namespace {

// RFC 2831 sections 2.1.1 and 2.1.3: the sizes must be less than that.
constexpr size_t kChallengeSizeLimit = 2048;

constexpr std::string_view kSingle[] = {"nonce",   "qop",       "stale", "maxbuf",
                                        "charset", "algorithm", "cipher"};
constexpr std::string_view kVerifierSingle[] = {"rspauth"};

bool EqualsIgnoreCase(std::string_view text, std::string_view expected) {
  return absl::EqualsIgnoreCase(absl::string_view(text.data(), text.size()),
                                absl::string_view(expected.data(), expected.size()));
}

// A list within a value: "auth,auth-int".
bool OffersAuth(std::string_view options) {
  constexpr std::string_view kBetween = " \t,";
  for (size_t at = options.find_first_not_of(kBetween); at != std::string_view::npos;) {
    const size_t end = std::min(options.find_first_of(kBetween, at), options.size());
    if (EqualsIgnoreCase(options.substr(at, end - at), "auth")) return true;
    at = options.find_first_not_of(kBetween, end);
  }
  return false;
}

}  // namespace

bool IsDigestRealm(std::string_view realm) {
  const auto escapes =
      std::count_if(realm.begin(), realm.end(), [](char c) { return c == '"' || c == '\\'; });
  return !realm.empty() && realm.size() + static_cast<size_t>(escapes) <= kMaxDigestRealmSize &&
         amqp::IsUtf8(realm) && IsDigestText(realm);
}

std::variant<DigestSyntaxError, DigestChallenge> ParseDigestChallenge(std::string_view message) {
  if (message.size() >= kChallengeSizeLimit) {
    return DigestSyntaxError{"the challenge is too long"};
  }
  const auto parsed = DigestDirectives::Parse(message, kSingle);
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return *error;
  const auto& directives = std::get<DigestDirectives>(parsed);

  DigestChallenge challenge;
  for (const std::string_view realm : directives.FindAll("realm")) {
    challenge.realms.emplace_back(realm);
  }
  const auto nonce = directives.Find("nonce");
  if (!nonce.has_value() || nonce->empty()) return DigestSyntaxError{"the challenge has no nonce"};
  challenge.nonce = *nonce;
  if (!EqualsIgnoreCase(directives.Find("algorithm").value_or(""), "md5-sess")) {
    return DigestSyntaxError{"the challenge's algorithm is not md5-sess"};
  }
  if (!OffersAuth(directives.Find("qop").value_or("auth"))) {
    return DigestSyntaxError{"the challenge does not offer qop auth"};
  }
  const auto charset = directives.Find("charset");
  challenge.utf8 = charset.has_value();
  if (charset.has_value() && !EqualsIgnoreCase(*charset, "utf-8")) {
    return DigestSyntaxError{"the challenge's charset is not utf-8"};
  }
  challenge.stale = EqualsIgnoreCase(directives.Find("stale").value_or(""), "true");
  return challenge;
}

std::string FormatDigestChallenge(const DigestChallenge& challenge) {
  std::string message;
  for (const std::string& realm : challenge.realms) {
    AppendQuotedDirective("realm", realm, &message);
    message.push_back(',');
  }
  AppendQuotedDirective("nonce", challenge.nonce, &message);
  message.append(",qop=\"auth\"");
  if (challenge.stale) message.append(",stale=true");
  message.append(",algorithm=md5-sess");
  if (challenge.utf8) message.append(",charset=utf-8");
  return message;
}

std::variant<DigestSyntaxError, DigestVerifier> ParseDigestVerifier(std::string_view message) {
  if (message.size() >= kChallengeSizeLimit) {
    return DigestSyntaxError{"the server's proof is too long"};
  }
  const auto parsed = DigestDirectives::Parse(message, kVerifierSingle);
  if (const auto* error = std::get_if<DigestSyntaxError>(&parsed)) return *error;
  const std::string_view rspauth = std::get<DigestDirectives>(parsed).Find("rspauth").value_or("");
  if (!IsMd5Hex(rspauth)) return DigestSyntaxError{"the server's proof is not rspauth=<digest>"};
  return DigestVerifier{std::string(rspauth)};
}

}  // namespace sallyport
