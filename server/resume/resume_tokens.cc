#include "server/resume/resume_tokens.h"

#include <limits>
#include <utility>

#include "absl/time/clock.h"
#include "core/crypto/hash.h"

namespace sallyport::server {
namespace {

const char* Sentence(SealRefusal refusal) {
  switch (refusal) {
    case SealRefusal::kFormat:
      return "the resume token is of no known form";
    case SealRefusal::kUnknownKey:
      return "the resume token was sealed under a key that this replica does not have";
    case SealRefusal::kNotGenuine:
      return "the resume token was altered, or is of another connection";
  }
  return "the resume token cannot be opened";
}

void WriteTime(absl::Time time, StateWriter& state) {
  state.Number(static_cast<uint64_t>(absl::ToUnixMicros(time)));
}

absl::Time ReadTime(StateReader& state) {
  return absl::FromUnixMicros(static_cast<int64_t>(state.Number()));
}

}  // namespace

std::string BindingOf(ResumableRpc rpc, const v1::ConnectionContext& context,
                      std::string_view hostname) {
  StateWriter bound;
  bound.Number(static_cast<uint64_t>(rpc));
  bound.Bytes(hostname);
  bound.Bytes(context.listener());
  bound.Bytes(context.remote_address());
  bound.Bytes(context.local_address());
  bound.Number(context.has_tls() ? 1 : 0);
  const v1::TlsContext& tls = context.tls();
  bound.Bytes(tls.server_name());
  bound.Bytes(tls.version());
  bound.Bytes(tls.cipher());
  bound.Bytes(tls.peer_certificate());
  for (const v1::ChannelBinding& binding : tls.channel_bindings()) {
    bound.Bytes(binding.type());
    bound.Bytes(binding.data());
  }
  std::string digest(DigestSize(HashFunction::kSha256), '\0');
  if (!Digest(HashFunction::kSha256, bound.view(), digest)) return {};
  return digest;
}

ResumeTokens::ResumeTokens(std::shared_ptr<const SealingKeys> keys, absl::Duration lifetime)
    : lifetime_(lifetime), keys_(std::move(keys)), continued_(lifetime) {}

void ResumeTokens::Rotate(std::shared_ptr<const SealingKeys> keys) { keys_.store(std::move(keys)); }

std::optional<std::string> ResumeTokens::Seal(
    std::string_view binding, const HandshakePlace& place,
    absl::FunctionRef<absl::Status(StateWriter&)> save) const {
  StateWriter state;
  state.Bytes(place.handshake_id);
  WriteTime(place.opened_at, state);
  WriteTime(absl::Now(), state);
  state.Number(place.steps);
  if (binding.empty() || !save(state).ok()) return std::nullopt;
  auto token = keys_.load()->Seal(state.view(), binding);
  if (token) sealed_.fetch_add(1, std::memory_order_relaxed);
  return token;
}

std::variant<const char*, OpenedToken> ResumeTokens::Open(std::string_view binding,
                                                          std::string_view token) {
  auto judged = Judge(binding, token);
  const bool opened = std::holds_alternative<OpenedToken>(judged);
  (opened ? opened_ : refused_).fetch_add(1, std::memory_order_relaxed);
  return judged;
}

std::variant<const char*, OpenedToken> ResumeTokens::Judge(std::string_view binding,
                                                           std::string_view token) {
  if (binding.empty()) return "the connection's context could not be digested";
  auto opened = keys_.load()->Open(token, binding);
  if (const auto* refusal = std::get_if<SealRefusal>(&opened)) return Sentence(*refusal);
  Secret& plain = std::get<Secret>(opened);

  StateReader state(plain.view());
  HandshakePlace place = {.handshake_id = std::string(state.Bytes()), .opened_at = ReadTime(state)};
  const absl::Time sealed_at = ReadTime(state);
  const uint64_t steps = state.Number();
  if (!state.ok() || steps > std::numeric_limits<uint32_t>::max()) {
    return "the resume token is not whole";
  }
  place.steps = static_cast<uint32_t>(steps);
  const absl::Time now = absl::Now();
  if (now - place.opened_at >= lifetime_) return "the resume token has expired";
  if (place.opened_at - now > ContinuedHandshakes::kMaxClockSkew) {
    return "the resume token is of the future: a replica's clock is wrong";
  }
  if (!continued_.MayContinue(place.handshake_id, place.steps, sealed_at, now)) {
    return "the resume token was continued already";
  }
  const size_t state_begin = plain.size() - state.left();
  return OpenedToken(std::move(place), std::move(plain), state_begin);
}

bool ResumeTokens::Continue(const HandshakePlace& place, uint32_t from) {
  if (continued_.Continue(place.handshake_id, from, place.steps, absl::Now())) return true;
  refused_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

ResumeTokens::Stats ResumeTokens::stats() const {
  return {.sealed = sealed_.load(std::memory_order_relaxed),
          .opened = opened_.load(std::memory_order_relaxed),
          .refused = refused_.load(std::memory_order_relaxed)};
}

}  // namespace sallyport::server
