#ifndef SALLYPORT_SERVER_RESUME_RESUME_TOKENS_H_
#define SALLYPORT_SERVER_RESUME_RESUME_TOKENS_H_

// Resume tokens: the sealed state of a handshake, with which its broker has it
// continued on another stream or replica. A token holds no credential; it is
// bound to its connection's context and to its RPC, and lives as long as its
// handshake may. Thread-safe.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/crypto/sealing_keys.h"
#include "core/sasl/saved_state.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/resume/continued_handshakes.h"

namespace sallyport::server {

// ResumableRpc is what a token goes on with.
enum class ResumableRpc : uint8_t { kHandshake = 1, kExchange = 2 };

// BindingOf is what a token is bound to: a digest of the RPC, of the context but
// for traceparent and resumable, and of the host that an Exchange names. Empty
// where OpenSSL fails: then nothing is sealed or opened.
std::string BindingOf(ResumableRpc rpc, const v1::ConnectionContext& context,
                      std::string_view hostname);

// HandshakePlace is how far a handshake has come.
struct HandshakePlace {
  std::string handshake_id;
  absl::Time opened_at;
  // Frames or messages of the client's that were used.
  uint32_t steps = 0;
};

// OpenedToken is what a token says.
class OpenedToken {
 public:
  OpenedToken(HandshakePlace place, Secret plain, size_t state_begin)
      : place_(std::move(place)), plain_(std::move(plain)), state_begin_(state_begin) {}

  const HandshakePlace& place() const { return place_; }

  // state reads what was saved; it must not outlive the token.
  StateReader state() const { return StateReader(plain_.view().substr(state_begin_)); }

 private:
  HandshakePlace place_;
  Secret plain_;
  size_t state_begin_;
};

class ResumeTokens {
 public:
  // `lifetime` is how long a handshake may take.
  ResumeTokens(std::shared_ptr<const SealingKeys> keys, absl::Duration lifetime);

  // Rotate has `keys` used from now on.
  void Rotate(std::shared_ptr<const SealingKeys> keys);

  // Seal makes a token of what `save` writes. nullopt where nothing could be
  // sealed: the handshake goes on, but not elsewhere.
  std::optional<std::string> Seal(std::string_view binding, const HandshakePlace& place,
                                  absl::FunctionRef<absl::Status(StateWriter&)> save) const;

  // Open takes a token, or says in a static sentence why it is refused.
  std::variant<const char*, OpenedToken> Open(std::string_view binding, std::string_view token);

  // Continue notes that the handshake has used more frames than `from`. False: it
  // has been continued from there before, and must not be once more.
  bool Continue(const HandshakePlace& place, uint32_t from);

  struct Stats {
    uint64_t sealed = 0;
    uint64_t opened = 0;
    // Tokens that were not opened, and handshakes that were continued before.
    uint64_t refused = 0;
  };
  Stats stats() const;

 private:
  std::variant<const char*, OpenedToken> Judge(std::string_view binding, std::string_view token);

  const absl::Duration lifetime_;
  std::atomic<std::shared_ptr<const SealingKeys>> keys_;
  ContinuedHandshakes continued_;
  mutable std::atomic<uint64_t> sealed_ = 0;
  std::atomic<uint64_t> opened_ = 0, refused_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RESUME_RESUME_TOKENS_H_
