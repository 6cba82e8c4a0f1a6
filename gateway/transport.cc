#include "gateway/transport.h"

#include <errno.h>
#include <openssl/err.h>

#include <limits>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "asio/buffer.hpp"

namespace sallyport::gateway {
namespace {

int ClampToInt(size_t size) {
  constexpr size_t kMax = std::numeric_limits<int>::max();
  return static_cast<int>(size < kMax ? size : kMax);
}

}  // namespace

Transport::Transport(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  // Each of these can only fail on a socket that is broken, which the first read tells.
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
}

void Transport::StartTls(SslPtr ssl) {
  ssl_ = std::move(ssl);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
}

IoStatus Transport::TlsHandshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  tls_ready_ = result == 1;
  const IoStatus status = tls_ready_ ? IoStatus::kDone : FromTls(result);
  if (status != IoStatus::kEnd) return status;
  error_ = "the peer closed the connection during the TLS handshake";
  return IoStatus::kFailed;
}

IoStatus Transport::FromTls(int result) {
  const int socket_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return IoStatus::kWaitRead;
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::kWaitWrite;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::kEnd;
    case SSL_ERROR_SYSCALL:
      // OpenSSL forbids further use, also for a shutdown.
      tls_ready_ = false;
      if (socket_error == 0) return IoStatus::kEnd;
      error_ = std::generic_category().message(socket_error);
      return IoStatus::kFailed;
    default:
      tls_ready_ = false;
      if (const long verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
        TakeOpenSslError();
        error_ =
            absl::StrCat("TLS: the peer's certificate: ", X509_verify_cert_error_string(verdict));
      } else {
        error_ = absl::StrCat("TLS: ", TakeOpenSslError());
      }
      return IoStatus::kFailed;
  }
}

IoStatus Transport::FromSocket(const asio::error_code& error, IoStatus wait) {
  if (error == asio::error::would_block || error == asio::error::try_again) return wait;
  if (error == asio::error::eof) return IoStatus::kEnd;
  error_ = error.message();
  return IoStatus::kFailed;
}

IoResult Transport::ReadPlain(std::span<char> out, bool peek) {
  asio::error_code error;
  const size_t size = socket_.receive(asio::buffer(out.data(), out.size()),
                                      peek ? asio::socket_base::message_peek : 0, error);
  if (error) return {FromSocket(error, IoStatus::kWaitRead)};
  return {IoStatus::kDone, size, size < out.size()};
}

IoResult Transport::Peek(std::span<char> out) { return ReadPlain(out, true); }

IoResult Transport::Read(std::span<char> out) {
  if (ssl_ == nullptr) return ReadPlain(out, false);
  ERR_clear_error();
  errno = 0;
  const int result = SSL_read(ssl_.get(), out.data(), ClampToInt(out.size()));
  if (result <= 0) return {FromTls(result)};
  return {IoStatus::kDone, static_cast<size_t>(result)};
}

IoResult Transport::Write(std::string_view bytes) {
  if (ssl_ == nullptr) {
    asio::error_code error;
    const size_t size = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
    if (error) return {FromSocket(error, IoStatus::kWaitWrite)};
    return {IoStatus::kDone, size};
  }
  ERR_clear_error();
  errno = 0;
  const int result = SSL_write(ssl_.get(), bytes.data(), ClampToInt(bytes.size()));
  if (result <= 0) return {FromTls(result)};
  return {IoStatus::kDone, static_cast<size_t>(result)};
}

IoStatus Transport::ShutdownSend() {
  if (ssl_ != nullptr && tls_ready_ && !close_notify_sent_) {
    ERR_clear_error();
    errno = 0;
    // 0 says that ours is sent and the peer's is still to come.
    const int result = SSL_shutdown(ssl_.get());
    if (result < 0) return FromTls(result);
    close_notify_sent_ = true;
  }
  asio::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  return error ? FromSocket(error, IoStatus::kWaitWrite) : IoStatus::kDone;
}

IoStatus Transport::DrainSocket(std::span<char> scratch) {
  // Some at a time: a peer that sends faster than this reads must not keep the
  // thread. What is left makes the socket readable again at once.
  constexpr int kReadsInARow = 16;
  IoResult read = ReadPlain(scratch, false);
  for (int i = 1; i < kReadsInARow && read.status == IoStatus::kDone && !read.drained; ++i) {
    read = ReadPlain(scratch, false);
  }
  return read.status == IoStatus::kDone ? IoStatus::kWaitRead : read.status;
}

void Transport::Close() {
  asio::error_code ignored;
  socket_.close(ignored);
}

void Transport::CancelWaits() {
  asio::error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace sallyport::gateway
