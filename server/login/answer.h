#ifndef SALLYPORT_SERVER_LOGIN_ANSWER_H_
#define SALLYPORT_SERVER_LOGIN_ANSWER_H_

// Gives the core what its steps need: stored credentials, derived keys, and
// earlier sessions.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "core/handshake/sasl_exchange.h"
#include "server/login/credential_lookup.h"
#include "server/login/handshake_host.h"

namespace sallyport::server {

// Answer is what a step asked for.
using Answer = std::variant<CredentialAnswer, DerivationAnswer, SessionAnswer>;

// SessionKey keeps the sessions of tenants apart: an id is its client's to name.
inline std::string SessionKey(const policy::TenantPolicy& tenant, std::string_view id) {
  std::string key = tenant.name();
  key.push_back('\0');
  return key.append(id);
}

// AnswerAtOnce answers a need of `step`, on behalf of `party`, from what is at hand:
// nullopt where it has none, or the answer takes a while. `Step` is a variant of the
// core's.
template <typename Step>
std::optional<Answer> AnswerAtOnce(HandshakeHost& host, const LoginParty& party, const Step& step) {
  if (const auto* need = std::get_if<NeedCredentials>(&step)) {
    if (auto answer = LookUpCached(party, need->query)) return *std::move(answer);
  } else if (const auto* need = std::get_if<NeedDerivation>(&step)) {
    if (auto answer = host.derivations.DeriveCached(need->work)) return *std::move(answer);
  } else if (const auto* need = std::get_if<NeedSession>(&step)) {
    return host.sessions.Take(SessionKey(*party.scope.tenant, need->id));
  }
  return std::nullopt;
}

// AnswerLater gives the answer to `step`, which has a need, to `done`: once, on
// any thread, perhaps the caller's.
template <typename Step>
void AnswerLater(HandshakeHost& host, LoginParty party, Step step,
                 absl::AnyInvocable<void(Answer) &&> done) {
  if (auto* need = std::get_if<NeedCredentials>(&step)) {
    LookUp(std::move(party), need->query,
           [done = std::move(done)](CredentialAnswer answer) mutable {
             std::move(done)(std::move(answer));
           });
  } else if (auto* need = std::get_if<NeedDerivation>(&step)) {
    host.derivations.Derive(std::move(need->work),
                            [done = std::move(done)](DerivationAnswer answer) mutable {
                              std::move(done)(std::move(answer));
                            });
  }
}

// Settle keeps what a login of `party` leaves behind: before its client hears of the
// outcome, and comes back.
inline void Settle(HandshakeHost& host, const LoginParty& party, HandshakeOutcome* outcome) {
  host.upgrader.Consider(party, outcome);
  if (!outcome->session) return;
  RememberedSession session = *std::exchange(outcome->session, std::nullopt);
  session.id = SessionKey(*party.scope.tenant, session.id);
  host.sessions.Remember(std::move(session));
}

// AsksStore says whether a need of `step` is put to a store, or to a token's issuer.
template <typename Step>
bool AsksStore(const Step& step) {
  const auto* need = std::get_if<NeedDerivation>(&step);
  return std::holds_alternative<NeedCredentials>(step) ||
         (need != nullptr && std::holds_alternative<DelegatedCheck>(need->work));
}

// TicketOf is the ticket of a need of `step`; zero where it has none.
template <typename Step>
uint64_t TicketOf(const Step& step) {
  if (const auto* need = std::get_if<NeedCredentials>(&step)) return need->ticket;
  if (const auto* need = std::get_if<NeedDerivation>(&step)) return need->ticket;
  if (const auto* need = std::get_if<NeedSession>(&step)) return need->ticket;
  return 0;
}

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_ANSWER_H_
