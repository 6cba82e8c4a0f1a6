#ifndef SALLYPORT_CORE_HANDSHAKE_CLIENT_HANDSHAKE_H_
#define SALLYPORT_CORE_HANDSHAKE_CLIENT_HANDSHAKE_H_

// The client's side of an AMQP 1.0 SASL handshake (AMQP 1.0 part 5 section 3):
// the server's raw bytes in, bytes to send and what to do next out. Like the
// server's side it never waits and holds no transport. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_code.h"
#include "core/amqp/sasl_frames.h"
#include "core/sasl/client_mechanism.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport {

class ClientHandshake {
 public:
  struct Options {
    // The names that the client is willing to use, in its order of preference.
    std::vector<std::string> mechanisms;
    ClientCredentials credentials;
    // Of the client's own TLS connection.
    std::vector<ChannelBinding> channel_bindings;
    // Sent in sasl-init; empty: none.
    std::string hostname;
    // The host that the client believes to speak to, which some mechanisms name to
    // the server; empty: `hostname`.
    std::string server_name;
    std::vector<MechanismParameter> parameters;
    // Of an earlier handshake by the first of `mechanisms`.
    std::optional<Secret> session;
    // In bytes.
    size_t max_frame_size = 64 * 1024;
  };

  // WaitForServer says that more bytes are needed.
  struct WaitForServer {};
  // Done says how the server decided; kOk only once the server, too, has proved
  // itself where the mechanism has it do so.
  struct Done {
    amqp::SaslCode code = amqp::SaslCode::kSys;
  };
  // Broken says that the server does not keep to the protocol, offers nothing
  // that the client can use, or could not prove itself: close the connection.
  struct Broken {
    std::string what;
  };
  using Progress = std::variant<WaitForServer, NeedDerivation, Done, Broken>;

  // `random` must outlive the handshake.
  ClientHandshake(Options options, RandomSource& random);
  ClientHandshake(const ClientHandshake&) = delete;
  ClientHandshake& operator=(const ClientHandshake&) = delete;

  // Start appends our protocol header. Once, before anything else.
  void Start(std::string* to_send) const;

  // Receive removes from `bytes` what the handshake uses: what is left after
  // Done is the next layer's, and after NeedDerivation it is to be handed to
  // Resume again. FailedPrecondition once it is over, or while it is suspended.
  absl::StatusOr<Progress> Receive(std::string_view* bytes, std::string* to_send);

  // Resume hands in the answer to a NeedDerivation and goes on with `bytes`.
  // FailedPrecondition where `ticket` is not that of what is awaited.
  absl::StatusOr<Progress> Resume(uint64_t ticket, DerivationAnswer answer, std::string_view* bytes,
                                  std::string* to_send);

  // session is what a later handshake can go on from; nullopt before a Done of
  // kOk, and where the mechanism has none.
  std::optional<Secret> session() const;

  // mechanism is the name of the one that was chosen; empty before that.
  std::string_view mechanism() const { return chosen_ == nullptr ? "" : chosen_->name; }

 private:
  enum class State : uint8_t { kHeader, kMechanisms, kChallenge, kDerivation, kEnded };

  Progress Advance(std::string_view* bytes, std::string* to_send);
  Progress ReadHeader(std::string_view* bytes);
  Progress OnFrame(const amqp::SaslFrame& frame, std::string* to_send);
  Progress Choose(const amqp::SaslMechanisms& offered, std::string* to_send);
  Progress Apply(absl::StatusOr<ClientStepResult> result, std::string* to_send);
  Progress OnOutcome(const amqp::SaslOutcome& outcome);
  Progress Break(std::string what);

  const Options options_;
  RandomSource& random_;
  State state_ = State::kHeader;
  size_t header_matched_ = 0;
  bool init_sent_ = false;
  uint64_t awaited_ticket_ = 0;
  amqp::FrameReader reader_;
  const MechanismDescriptor* chosen_ = nullptr;
  std::unique_ptr<ClientMechanism> mechanism_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_CLIENT_HANDSHAKE_H_
