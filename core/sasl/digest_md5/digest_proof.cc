#include "core/sasl/digest_md5/digest_proof.h"

#include <span>
#include <string>
#include <utility>

#include "core/crypto/hash.h"
#include "core/sasl/digest_md5/digest_charset.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {
namespace {

// Joins parts with colons, in memory that is wiped and was never moved.
template <typename... Parts>
Secret Join(std::string_view first, Parts... parts) {
  Secret joined = Secret::Zeroed(first.size() + (0 + ... + (1 + parts.size())));
  char* out = std::copy(first.begin(), first.end(), joined.data());
  const auto append = [&out](std::string_view part) {
    *out++ = ':';
    out = std::copy(part.begin(), part.end(), out);
  };
  (append(parts), ...);
  return joined;
}

Secret Encoded(std::string_view text, bool latin1) {
  std::string bytes = latin1 ? Latin1IfPossible(text) : std::string(text);
  Secret encoded(bytes);
  Wipe(&bytes);
  return encoded;
}

// H(A1), in hexadecimal.
std::optional<Secret> SessionKey(const DigestResponse& login, std::string_view password,
                                 DigestEncoding encoding) {
  const bool latin1_names = encoding == DigestEncoding::kLatin1;
  const Secret name = Encoded(login.username, latin1_names);
  const Secret realm = Encoded(login.realm.value_or(""), latin1_names);
  const Secret encoded = Encoded(password, encoding != DigestEncoding::kUtf8);
  const Secret joined = Join(name.view(), realm.view(), encoded.view());
  Secret digest = Secret::Zeroed(DigestSize(HashFunction::kMd5));
  if (!Digest(HashFunction::kMd5, joined.view(), std::span(digest.data(), digest.size()))) {
    return std::nullopt;
  }
  const std::string_view nonce = login.nonce;
  const std::string_view cnonce = login.cnonce;
  if (!login.authorization_id.has_value()) {
    return Md5Hex(Join(digest.view(), nonce, cnonce).view());
  }
  const std::string_view authzid = *login.authorization_id;
  return Md5Hex(Join(digest.view(), nonce, cnonce, authzid).view());
}

std::optional<Secret> Prove(const Secret& session_key, const DigestResponse& login,
                            std::string_view method) {
  const std::optional<Secret> a2 = Md5Hex(Join(method, std::string_view(login.digest_uri)).view());
  if (!a2.has_value()) return std::nullopt;
  const std::string count = NonceCountText(login.nonce_count);
  return Md5Hex(Join(session_key.view(), std::string_view(login.nonce), std::string_view(count),
                     std::string_view(login.cnonce), std::string_view("auth"), a2->view())
                    .view());
}

}  // namespace

std::optional<DigestProof> ProveDigest(const DigestResponse& login, std::string_view password,
                                       DigestEncoding encoding) {
  const std::optional<Secret> session_key = SessionKey(login, password, encoding);
  if (!session_key.has_value()) return std::nullopt;
  std::optional<Secret> response = Prove(*session_key, login, "AUTHENTICATE");
  std::optional<Secret> rspauth = Prove(*session_key, login, "");
  if (!response.has_value() || !rspauth.has_value()) return std::nullopt;
  return DigestProof{*std::move(response), *std::move(rspauth)};
}

}  // namespace sallyport
