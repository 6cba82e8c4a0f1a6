#ifndef SALLYPORT_SERVER_TEXT_TEXT_CONNECTION_H_
#define SALLYPORT_SERVER_TEXT_TEXT_CONNECTION_H_

// One client of the text protocol: a request at a time, answered before the next
// one is read. It is its listener's until it is closed. Its members are used on
// the listener's thread; LiveStream's calls may come from any.

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "asio/generic/stream_protocol.hpp"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/handshake_host.h"
#include "server/login/live_stream.h"
#include "server/login/login_exchange.h"
#include "server/login/stream_registry.h"
#include "server/text/text_request_reader.h"

namespace sallyport::server {

class TextConnection;
using TextConnections = absl::flat_hash_set<std::shared_ptr<TextConnection>>;

class TextConnection final : public LiveStream,
                             public std::enable_shared_from_this<TextConnection> {
 public:
  using Socket = asio::generic::stream_protocol::socket;

  // Start adds a connection to its `owners`, which it leaves when it is closed.
  // They, `host` and `registry` must outlive it.
  static void Start(Socket socket, v1::ConnectionContext context, HandshakeHost& host,
                    StreamRegistry& registry, TextConnections& owners);
  ~TextConnection() override;

  // Closes a connection whose client does nothing for too long, and one whose
  // exchange takes too long.
  void ExpireDue(Clock::time_point now) override;
  void FinishWhenIdle() override;

  // Close gives up what is under way. On the listener's thread, or once that has ended.
  void Close();

 private:
  TextConnection(Socket socket, v1::ConnectionContext context, HandshakeHost& host,
                 StreamRegistry& registry, TextConnections& owners);

  void Read();
  void OnRead(size_t size);
  // Answers the next whole request of what was read, or reads on. Neither a read
  // nor a write is under way.
  void Proceed();
  void Serve(TextRequest request);
  BrokerScope Scope() const;
  void ListMechanisms();
  void Begin(const TextStart& start);
  void Step(const TextStep& step);
  void OnStep(uint64_t serial, LoginStep step);
  void Reply(std::string reply, bool close = false);

  static constexpr size_t kReadSize = 4096;

  Socket socket_;
  const v1::ConnectionContext context_;
  HandshakeHost& host_;
  StreamRegistry& registry_;
  TextConnections& owners_;
  TextRequestReader reader_;
  std::array<char, kReadSize> read_;
  // What of it was not used yet.
  std::string_view unused_;
  // When the client last said something, or took a reply.
  Clock::time_point active_at_ = Clock::now();
  // Null: there is no exchange.
  std::shared_ptr<LoginExchange> exchange_;
  // Of the exchange: a step of one that was given up is told from its own.
  uint64_t serial_ = 0;
  // Whether the exchange owes the client a reply.
  bool awaits_step_ = false;
  bool writing_ = false;
  bool draining_ = false;
  std::string reply_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TEXT_TEXT_CONNECTION_H_
