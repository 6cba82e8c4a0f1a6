#ifndef SALLYPORT_TESTS_GATEWAY_TEST_PEER_H_
#define SALLYPORT_TESTS_GATEWAY_TEST_PEER_H_

// The other end of a connection, driven step by step by a test: blocking, with
// a limit of ten seconds on every wait, after which the test fails.

#include <string>
#include <string_view>

#include "core/amqp/sasl_code.h"
#include "gateway/endpoint.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

class TestPeer {
 public:
  static TestPeer Connect(const Endpoint& endpoint);
  explicit TestPeer(int fd);
  TestPeer(TestPeer&& other) noexcept;
  TestPeer& operator=(TestPeer&&) = delete;
  ~TestPeer();

  // StartTls is false where the TLS handshake failed.
  bool StartTlsClient(SSL_CTX* context, const std::string& server_name);
  bool StartTlsServer(SSL_CTX* context);
  SSL* tls() const { return ssl_.get(); }

  void Send(std::string_view bytes);
  // Receive returns less than `size` bytes only at the connection's end.
  std::string Receive(size_t size);
  // ReceiveAll reads until the other side has ended.
  std::string ReceiveAll();
  // was_reset tells whether the connection ended with an error and not in order.
  bool was_reset() const { return reset_; }

  void ShutdownSend();
  // Reset ends the connection with a TCP reset.
  void Reset();

  int fd() const { return fd_; }
  // local is this end's own address.
  Endpoint local() const;

 private:
  int fd_;
  SslPtr ssl_;
  bool reset_ = false;
};

// TestAcceptor listens on a free port of the loopback address.
class TestAcceptor {
 public:
  TestAcceptor();
  ~TestAcceptor();
  Endpoint address() const;
  TestPeer Accept();
  // Close makes the port refuse connections.
  void Close();

 private:
  int fd_;
};

// MakeTestContext is a client's or a server's SSL_CTX; a certificate is optional for
// a client.
SslContextPtr MakeTestContext(bool server, X509* authority, X509* certificate = nullptr,
                              EVP_PKEY* key = nullptr);

// Greeting is a server's SASL header with one mechanism.
std::string Greeting(std::string_view mechanism);
// OutcomeFrame is a sasl-outcome.
std::string OutcomeFrame(amqp::SaslCode code);
// ReceiveFrame reads one AMQP frame.
std::string ReceiveFrame(TestPeer& peer);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_TESTS_GATEWAY_TEST_PEER_H_
