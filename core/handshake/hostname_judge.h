#ifndef SALLYPORT_CORE_HANDSHAKE_HOSTNAME_JUDGE_H_
#define SALLYPORT_CORE_HANDSHAKE_HOSTNAME_JUDGE_H_

// What a host can say only once its client has named the host that it wants: the
// mechanisms are offered before that.

#include <span>
#include <string_view>
#include <variant>

#include "core/handshake/handshake_limits.h"
#include "core/handshake/mechanism_offer.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// LoginTerms outlive the exchange that keeps to them.
struct LoginTerms {
  const ServerMechanismSettings* settings = nullptr;
  // Those of the connection's that are accepted.
  std::span<const ChannelBinding> channel_bindings;
  // As ServerMechanismContext has it.
  std::string_view decoy_realm;
  // A mechanism must be in this offer too, besides the one that the client was shown.
  const MechanismOffer* offer = nullptr;
  // What the whole handshake keeps to from here on; null: as before.
  const HandshakeLimits* limits = nullptr;
};

class HostnameJudge {
 public:
  virtual ~HostnameJudge() = default;

  // Judge gives the terms for `hostname` (empty: the client named none), or says why
  // nobody gets in there. Called once, before the mechanism begins or goes on.
  virtual std::variant<Failure, LoginTerms> Judge(std::string_view hostname) = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_HOSTNAME_JUDGE_H_
