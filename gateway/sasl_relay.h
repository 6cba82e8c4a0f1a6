#ifndef SALLYPORT_GATEWAY_SASL_RELAY_H_
#define SALLYPORT_GATEWAY_SASL_RELAY_H_

// Runs one client's SASL handshake: the client's bytes go to the central service
// through the SDK, and the service's to the client. It opens the handshake at
// once, so that the service's first answer is on its way before the client has
// said anything. Lives on one loop; the SDK's callbacks are posted to it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "client/authenticator.h"
#include "gateway/event_loop.h"
#include "gateway/transport.h"

namespace sallyport::gateway {

// SaslRelayOutcome is how the service decided.
struct SaslRelayOutcome {
  client::Outcome outcome;
  // Still to be written to the client, before anything else.
  std::string to_send;
  // What the client sent behind the handshake: the next layer's first bytes.
  std::string rest;
};

// SaslRelayFault says that the client ended or broke the connection, or went
// over the limit, before there was an outcome.
struct SaslRelayFault {
  std::string what;
  // Whether the client had said nothing at all, as a port scan does.
  bool silent = false;
};

class SaslRelay : public std::enable_shared_from_this<SaslRelay> {
 public:
  using Result = std::variant<SaslRelayOutcome, SaslRelayFault>;
  using OnEnd = absl::AnyInvocable<void(Result)>;

  // Start begins. `transport` must live until `on_end` was called, or until
  // Cancel. The relay reads at most `byte_limit` bytes of the client's, and no
  // more once the outcome is known to the SDK. `on_end` is called on the loop, at
  // most once, and never from within Start.
  static std::shared_ptr<SaslRelay> Start(EventLoop& loop, Transport& transport,
                                          client::Authenticator& authenticator,
                                          client::ConnectionFacts facts, uint64_t byte_limit,
                                          OnEnd on_end);

  // Cancel makes the service forget the handshake; `on_end` is not called.
  void Cancel();

 private:
  class Observer;

  SaslRelay(EventLoop& loop, Transport& transport, uint64_t byte_limit, OnEnd on_end);

  void Read();
  bool TakeFromClient(std::string_view bytes);
  void Send(std::string_view bytes);
  void Flush();
  void Decide(client::Outcome outcome, std::string rest);
  void Break(std::string what);
  void End(Result result);

  EventLoop& loop_;
  Transport* transport_;
  const uint64_t byte_limit_;
  OnEnd on_end_;
  std::unique_ptr<client::Handshake> handshake_;
  uint64_t received_ = 0;
  std::string to_send_;
  bool write_waits_ = false;
  // What the SDK did not take any more: the outcome is on its way to us.
  std::string refused_by_sdk_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_SASL_RELAY_H_
