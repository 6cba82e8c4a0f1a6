#include "server/text/text_listener.h"

#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "asio/ip/tcp.hpp"
#include "asio/local/stream_protocol.hpp"
#include "asio/steady_timer.hpp"
#include "process/log.h"
#include "server/admin/socket_path.h"

namespace sallyport::server {
namespace {

constexpr std::string_view kUnix = "unix:";
// After a failed accept: most of all, there are no file descriptors left.
constexpr std::chrono::milliseconds kPause(100);

// Of a TCP endpoint, "host:port"; of another, what kind it is.
std::string Describe(const asio::generic::stream_protocol::endpoint& endpoint) {
  const bool is_v6 = endpoint.protocol().family() == AF_INET6;
  if (!is_v6 && endpoint.protocol().family() != AF_INET) return "unix";
  asio::ip::tcp::endpoint tcp(is_v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), 0);
  memcpy(tcp.data(), endpoint.data(), std::min(tcp.capacity(), endpoint.size()));
  const std::string host = tcp.address().to_string();
  return absl::StrCat(is_v6 ? "[" + host + "]" : host, ":", tcp.port());
}

absl::StatusOr<asio::ip::tcp::endpoint> ParseTcp(std::string_view address) {
  const size_t colon = address.rfind(':');
  uint16_t port = 0;
  const std::string_view digits =
      address.substr(colon == std::string_view::npos ? address.size() : colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  std::string host(address.substr(0, address.size() - std::min(address.size(), digits.size() + 1)));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  asio::error_code error;
  const asio::ip::address ip = asio::ip::make_address(host, error);
  if (error || digits.empty() || parsed.ptr != digits.data() + digits.size() || !ip.is_loopback()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text protocol cannot listen on ", std::string(address),
                     ": expected 127.0.0.1:PORT, [::1]:PORT or unix:/PATH, since passwords would "
                     "cross a network unencrypted"));
  }
  return asio::ip::tcp::endpoint(ip, port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextListener>> TextListener::Start(Options options,
                                                                  HandshakeHost& host,
                                                                  StreamRegistry& registry) {
  std::unique_ptr<TextListener> listener(new TextListener(std::move(options), host, registry));
  const std::string& address = listener->options_.address;
  Protocol::endpoint endpoint;
  if (address.starts_with(kUnix)) {
    const std::string path = address.substr(kUnix.size());
    if (absl::Status status = PrepareSocketPath(path); !status.ok()) return status;
    endpoint = asio::local::stream_protocol::endpoint(path);
  } else {
    auto tcp = ParseTcp(address);
    if (!tcp.ok()) return tcp.status();
    endpoint = *tcp;
  }
  if (absl::Status status = listener->Listen(endpoint); !status.ok()) return status;
  return listener;
}

TextListener::TextListener(Options options, HandshakeHost& host, StreamRegistry& registry)
    : options_(std::move(options)),
      host_(host),
      registry_(registry),
      address_(options_.address),
      acceptor_(context_) {}

absl::Status TextListener::Listen(const Protocol::endpoint& endpoint) {
  asio::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("the text protocol cannot listen on ",
                                               options_.address, ": ", error.message()));
  }
  if (!address_.starts_with(kUnix)) address_ = Describe(acceptor_.local_endpoint(error));
  Accept();
  thread_ = std::thread([this] { context_.run(); });
  return absl::OkStatus();
}

void TextListener::Accept() {
  acceptor_.async_accept([this](asio::error_code error, TextConnection::Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      process::Log(process::LogLevel::kWarning, "text protocol: accept failed",
                   {{"error", error.message()}});
      auto pause = std::make_shared<asio::steady_timer>(context_, kPause);
      pause->async_wait([this, pause](asio::error_code) { Accept(); });
      return;
    }
    if (connections_.size() < options_.max_connections) {
      v1::ConnectionContext context;
      context.set_listener(options_.listener);
      context.set_local_address(address_);
      context.set_remote_address(Describe(socket.remote_endpoint(error)));
      TextConnection::Start(std::move(socket), std::move(context), host_, registry_, connections_);
    }
    Accept();
  });
}

void TextListener::Stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
  while (!connections_.empty()) (*connections_.begin())->Close();
}

}  // namespace sallyport::server
