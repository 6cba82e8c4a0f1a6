#include "tests/gateway/test_peer.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"

namespace sallyport::gateway {
namespace {

constexpr int kLimitSeconds = 10;

Endpoint LocalAddress(int fd) {
  Endpoint endpoint;
  socklen_t size = static_cast<socklen_t>(endpoint.capacity());
  getsockname(fd, endpoint.data(), &size);
  endpoint.resize(size);
  return endpoint;
}

}  // namespace

TestPeer TestPeer::Connect(const Endpoint& endpoint) {
  const int fd = socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  TestPeer peer(fd);
  EXPECT_EQ(connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())), 0);
  return peer;
}

TestPeer::TestPeer(int fd) : fd_(fd) {
  const timeval limit = {kLimitSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

TestPeer::TestPeer(TestPeer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)), reset_(other.reset_) {}

TestPeer::~TestPeer() {
  ssl_.reset();
  if (fd_ >= 0) close(fd_);
}

bool TestPeer::StartTlsClient(SSL_CTX* context, const std::string& server_name) {
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str());
  return SSL_connect(ssl_.get()) == 1;
}

bool TestPeer::StartTlsServer(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), fd_);
  return SSL_accept(ssl_.get()) == 1;
}

void TestPeer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ssl_ != nullptr
                             ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      reset_ = true;
      return;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string TestPeer::Receive(size_t size) {
  std::string received;
  std::array<char, 16 * 1024> buffer;
  while (received.size() < size) {
    const size_t want = std::min(buffer.size(), size - received.size());
    const ssize_t got = ssl_ != nullptr
                            ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(want))
                            : recv(fd_, buffer.data(), want, 0);
    if (got <= 0) {
      const bool in_order =
          ssl_ != nullptr ? SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN : got == 0;
      reset_ = !in_order;
      EXPECT_FALSE(got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "waited too long";
      break;
    }
    received.append(buffer.data(), static_cast<size_t>(got));
  }
  return received;
}

std::string TestPeer::ReceiveAll() { return Receive(std::string::npos); }

void TestPeer::ShutdownSend() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
  shutdown(fd_, SHUT_WR);
}

void TestPeer::Reset() {
  const linger at_once = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ssl_.reset();
  close(std::exchange(fd_, -1));
}

Endpoint TestPeer::local() const { return LocalAddress(fd_); }

TestAcceptor::TestAcceptor() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const Endpoint any(asio::ip::address_v4::loopback(), 0);
  EXPECT_EQ(bind(fd_, any.data(), static_cast<socklen_t>(any.size())), 0);
  EXPECT_EQ(listen(fd_, 16), 0);
}

TestAcceptor::~TestAcceptor() { Close(); }

Endpoint TestAcceptor::address() const { return LocalAddress(fd_); }

TestPeer TestAcceptor::Accept() {
  pollfd wait = {fd_, POLLIN, 0};
  EXPECT_EQ(poll(&wait, 1, kLimitSeconds * 1000), 1) << "nobody connected";
  return TestPeer(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
}

void TestAcceptor::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

SslContextPtr MakeTestContext(bool server, X509* authority, X509* certificate, EVP_PKEY* key) {
  SslContextPtr context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  if (authority != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (certificate != nullptr) {
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key), 1);
  }
  return context;
}

std::string Greeting(std::string_view mechanism) {
  std::string greeting(amqp::kSaslProtocolHeader);
  amqp::AppendSaslMechanisms(std::span<const std::string_view>(&mechanism, 1), &greeting);
  return greeting;
}

std::string OutcomeFrame(amqp::SaslCode code) {
  std::string frame;
  amqp::AppendSaslOutcome({.code = code}, &frame);
  return frame;
}

std::string ReceiveFrame(TestPeer& peer) {
  std::string frame = peer.Receive(4);
  if (frame.size() < 4) return frame;
  size_t size = 0;
  for (const char byte : frame) size = size << 8 | static_cast<uint8_t>(byte);
  return frame + peer.Receive(size - 4);
}

}  // namespace sallyport::gateway
