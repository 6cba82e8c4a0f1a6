#ifndef SALLYPORT_GATEWAY_TRANSPORT_H_
#define SALLYPORT_GATEWAY_TRANSPORT_H_

// A TCP connection with or without TLS, for either end. Reads and writes never
// block: where they cannot go on they say what to wait for, so that a
// connection that is idle holds no buffer, and its TLS none but OpenSSL's own
// state (OpenSSL works on the socket itself, through its readiness; asio::ssl
// would hold 68 KiB for each). No exceptions. One thread at a time; OpenSSL writes
// to sockets without MSG_NOSIGNAL, so the program must ignore SIGPIPE.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "asio/ip/tcp.hpp"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

enum class IoStatus : uint8_t {
  kDone,
  // Try again when the socket can be read, or written.
  kWaitRead,
  kWaitWrite,
  // The peer sends no more.
  kEnd,
  // The connection is broken: see error().
  kFailed,
};

struct IoResult {
  IoStatus status = IoStatus::kFailed;
  // Bytes read or written, over 0, with kDone; else 0.
  size_t size = 0;
  // A read that left nothing behind, as far as can be told: wait before the next.
  bool drained = false;
};

class Transport {
 public:
  // Transport takes over a connected socket and makes it non-blocking.
  explicit Transport(asio::ip::tcp::socket socket);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // StartTls makes `ssl`, whose state says which side it is, the layer through
  // which everything goes from now on. Call TlsHandshake until it is done.
  void StartTls(SslPtr ssl);
  // TlsHandshake gives kDone, a wait, or kFailed.
  IoStatus TlsHandshake();

  // Read fills at most `out`, which is not empty. The end of TCP without TLS's own
  // end counts as one: AMQP tells a connection that was closed from one that broke.
  IoResult Read(std::span<char> out);
  // Write takes some of `bytes`, which are not empty. After a wait, the next
  // Write must begin with the same bytes, and not be shorter.
  IoResult Write(std::string_view bytes);
  // Peek is Read that leaves the bytes where they are; not with TLS.
  IoResult Peek(std::span<char> out);

  // ShutdownSend tells the peer that no more comes; kDone, a wait or kFailed.
  IoStatus ShutdownSend();
  // DrainSocket reads what there is, below TLS, into `scratch` and drops it:
  // kWaitRead, kEnd or kFailed.
  IoStatus DrainSocket(std::span<char> scratch);
  // Close closes the socket; what waits is told so.
  void Close();

  // Wait calls handler(asio::error_code) once the socket is ready for what
  // `status` (kWaitRead or kWaitWrite) says. Failure too counts as ready.
  template <typename Handler>
  void Wait(IoStatus status, Handler handler) {
    socket_.async_wait(status == IoStatus::kWaitWrite ? asio::ip::tcp::socket::wait_write
                                                      : asio::ip::tcp::socket::wait_read,
                       std::move(handler));
  }
  // CancelWaits makes every Wait end with operation_aborted.
  void CancelWaits();

  // tls is null without TLS.
  SSL* tls() const { return ssl_.get(); }
  // error is what the last kFailed was, for the log.
  const std::string& error() const { return error_; }

 private:
  IoResult ReadPlain(std::span<char> out, bool peek);
  IoStatus FromTls(int result);
  IoStatus FromSocket(const asio::error_code& error, IoStatus wait);

  asio::ip::tcp::socket socket_;
  SslPtr ssl_;
  bool tls_ready_ = false;
  bool close_notify_sent_ = false;
  std::string error_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_TRANSPORT_H_
