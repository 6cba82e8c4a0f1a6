#ifndef SALLYPORT_SERVER_TEXT_TEXT_LISTENER_H_
#define SALLYPORT_SERVER_TEXT_TEXT_LISTENER_H_

// Listens for clients of the text protocol, on a thread of its own: on a Unix
// socket, or on a loopback port, since what they say is not encrypted.

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "asio/basic_socket_acceptor.hpp"
#include "asio/generic/stream_protocol.hpp"
#include "asio/io_context.hpp"
#include "server/login/handshake_host.h"
#include "server/login/stream_registry.h"
#include "server/text/text_connection.h"

namespace sallyport::server {

class TextListener {
 public:
  struct Options {
    // "host:port", with an IP address of loopback, or "unix:/path".
    std::string address;
    // The listener whose policy holds.
    std::string listener;
    // Over it, a new connection is closed.
    size_t max_connections = 1000;
  };

  // Start listens. `host` and `registry` must outlive the listener.
  // InvalidArgument for an address that is none, FailedPrecondition and
  // Unavailable where the system refuses it.
  static absl::StatusOr<std::unique_ptr<TextListener>> Start(Options options, HandshakeHost& host,
                                                             StreamRegistry& registry);

  // Stop closes every connection. Their logins may still be answered, to no effect, until
  // the listener is destroyed.
  void Stop();
  ~TextListener() { Stop(); }
  TextListener(const TextListener&) = delete;
  TextListener& operator=(const TextListener&) = delete;

  // address is the configured one, with the port that was taken.
  const std::string& address() const { return address_; }

 private:
  using Protocol = asio::generic::stream_protocol;

  TextListener(Options options, HandshakeHost& host, StreamRegistry& registry);

  absl::Status Listen(const Protocol::endpoint& endpoint);
  void Accept();

  const Options options_;
  HandshakeHost& host_;
  StreamRegistry& registry_;
  std::string address_;
  asio::io_context context_;
  asio::basic_socket_acceptor<Protocol> acceptor_;
  // Of the thread below, until it has stopped.
  TextConnections connections_;
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TEXT_TEXT_LISTENER_H_
