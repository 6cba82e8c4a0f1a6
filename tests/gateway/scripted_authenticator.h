#ifndef SALLYPORT_TESTS_GATEWAY_SCRIPTED_AUTHENTICATOR_H_
#define SALLYPORT_TESTS_GATEWAY_SCRIPTED_AUTHENTICATOR_H_

// A client::Authenticator that does what a test tells it, step by step. Its
// callbacks come on the test's thread, as the SDK's come on its own. Thread-safe.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "client/authenticator.h"

namespace sallyport::gateway {

// OpenedHandshake is one that the gateway opened.
class OpenedHandshake {
 public:
  OpenedHandshake(client::ConnectionFacts facts,
                  std::shared_ptr<client::HandshakeObserver> observer)
      : facts_(std::move(facts)), observer_(std::move(observer)) {}

  const client::ConnectionFacts& facts() const { return facts_; }

  // WaitForBytes waits until the client has sent `size` bytes in all, and
  // returns them.
  std::string WaitForBytes(size_t size);
  // WaitForAbandoned waits until the gateway has destroyed its handle.
  bool WaitForAbandoned();

  void Send(std::string_view bytes) { observer_->OnSend(bytes); }
  // Decide ends it; from then on the gateway's bytes are not taken.
  void Decide(client::Outcome outcome, std::string rest = "");
  // LetIn is Decide with OK.
  void LetIn(std::string_view identity, std::string rest = "");

 private:
  friend class ScriptedAuthenticator;

  const client::ConnectionFacts facts_;
  const std::shared_ptr<client::HandshakeObserver> observer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string received_;
  bool decided_ = false;
  bool abandoned_ = false;
};

class ScriptedAuthenticator : public client::Authenticator {
 public:
  std::unique_ptr<client::Handshake> Open(
      client::ConnectionFacts facts, std::shared_ptr<client::HandshakeObserver> observer) override;

  client::AuthenticatorStats stats() const override { return {}; }

  // Next waits for the next handshake; null where none came in time.
  std::shared_ptr<OpenedHandshake> Next(absl::Duration limit = absl::Seconds(10));

 private:
  class Handle;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<OpenedHandshake>> opened_;
  size_t taken_ = 0;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_TESTS_GATEWAY_SCRIPTED_AUTHENTICATOR_H_
