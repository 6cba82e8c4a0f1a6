// Reads DIGEST-MD5's messages and sessions, which kind the first byte says: what is accepted is
// the same once it was written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/digest_md5/digest_charset.h"
#include "core/sasl/digest_md5/digest_response.h"
#include "core/sasl/digest_md5/digest_session.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {
namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

void ReadChallenge(std::string_view message) {
  const auto parsed = ParseDigestChallenge(message);
  const auto* challenge = std::get_if<DigestChallenge>(&parsed);
  if (challenge == nullptr) return;
  Expect(!challenge->nonce.empty());
  const auto reparsed = ParseDigestChallenge(FormatDigestChallenge(*challenge));
  const auto* again = std::get_if<DigestChallenge>(&reparsed);
  // Written with its escapes and defaults, it may be too long.
  if (again == nullptr) return Expect(FormatDigestChallenge(*challenge).size() >= 2048);
  Expect(again->realms == challenge->realms && again->nonce == challenge->nonce);
  Expect(again->stale == challenge->stale && again->utf8 == challenge->utf8);
}

void ReadResponse(std::string_view message) {
  const auto parsed = ParseDigestResponse(message);
  const auto* response = std::get_if<DigestResponse>(&parsed);
  if (response == nullptr) return;
  Expect(!response->username.empty() && !response->nonce.empty() && !response->cnonce.empty());
  Expect(IsDigestUri(response->digest_uri) && IsMd5Hex(response->response));
  Expect(!response->authorization_id.has_value() || !response->authorization_id->empty());
  // What came without a charset has one by now.
  DigestResponse written = *response;
  written.utf8 = true;
  const std::string text = FormatDigestResponse(written);
  const auto reparsed = ParseDigestResponse(text);
  const auto* again = std::get_if<DigestResponse>(&reparsed);
  if (again == nullptr) return Expect(text.size() >= 4096);
  Expect(again->username == response->username && again->realm == response->realm);
  Expect(again->nonce == response->nonce && again->cnonce == response->cnonce);
  Expect(again->nonce_count == response->nonce_count);
  Expect(again->digest_uri == response->digest_uri && again->response == response->response);
  Expect(again->authorization_id == response->authorization_id);
  Expect(Utf8FromLatin1(Latin1IfPossible(written.username)) == written.username ||
         Latin1IfPossible(written.username) == written.username);
}

void ReadVerifier(std::string_view message) {
  const auto parsed = ParseDigestVerifier(message);
  if (const auto* verifier = std::get_if<DigestVerifier>(&parsed)) {
    Expect(IsMd5Hex(verifier->rspauth));
    Expect(message.find(verifier->rspauth) != std::string_view::npos ||
           message.find('\\') != std::string_view::npos);
  }
}

void ReadSession(std::string_view bytes) {
  const auto session = ParseDigestSession(bytes);
  if (!session.has_value()) return;
  const auto again = ParseDigestSession(FormatDigestSession(*session).view());
  Expect(again.has_value() && again->authentication_id == session->authentication_id);
  Expect(again->realm == session->realm && again->digest_uri == session->digest_uri);
  Expect(again->nonce == session->nonce && again->cnonce == session->cnonce);
  Expect(again->nonce_count == session->nonce_count && again->utf8 == session->utf8);
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      sallyport::ReadChallenge(message);
      break;
    case 1:
      sallyport::ReadResponse(message);
      break;
    case 2:
      sallyport::ReadVerifier(message);
      break;
    default:
      sallyport::ReadSession(message);
  }
  return 0;
}
