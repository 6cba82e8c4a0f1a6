#include "core/sasl/digest_md5/digest_session.h"

#include <limits>

#include "core/sasl/saved_state.h"

namespace sallyport {
namespace {

// Of the form of what is written.
constexpr uint64_t kVersion = 1;

}  // namespace

bool DigestSession::ContinuedBy(const DigestResponse& response) const {
  return nonce_count < std::numeric_limits<uint32_t>::max() &&
         response.nonce_count == nonce_count + 1 && response.nonce == nonce &&
         response.cnonce == cnonce && response.realm == realm && response.digest_uri == digest_uri;
}

DigestSession SessionOf(const DigestResponse& response, std::string_view authentication_id) {
  return {.authentication_id = std::string(authentication_id),
          .realm = response.realm,
          .nonce = response.nonce,
          .cnonce = response.cnonce,
          .nonce_count = response.nonce_count,
          .digest_uri = response.digest_uri,
          .utf8 = response.utf8};
}

Secret FormatDigestSession(const DigestSession& session) {
  StateWriter writer;
  writer.Number(kVersion);
  writer.Bytes(session.authentication_id);
  writer.Number(session.realm.has_value() ? 1 : 0);
  writer.Bytes(session.realm.value_or(""));
  writer.Bytes(session.nonce);
  writer.Bytes(session.cnonce);
  writer.Number(session.nonce_count);
  writer.Bytes(session.digest_uri);
  writer.Number(session.utf8 ? 1 : 0);
  return Secret(writer.view());
}

std::optional<DigestSession> ParseDigestSession(std::string_view bytes) {
  StateReader reader(bytes);
  if (reader.Number() != kVersion) return std::nullopt;
  DigestSession session;
  session.authentication_id = reader.Bytes();
  const bool has_realm = reader.Number() == 1;
  const std::string_view realm = reader.Bytes();
  if (has_realm) session.realm = realm;
  session.nonce = reader.Bytes();
  session.cnonce = reader.Bytes();
  const uint64_t nonce_count = reader.Number();
  if (nonce_count > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  session.nonce_count = static_cast<uint32_t>(nonce_count);
  session.digest_uri = reader.Bytes();
  session.utf8 = reader.Number() == 1;
  if (!reader.at_end()) return std::nullopt;
  return session;
}

}  // namespace sallyport
