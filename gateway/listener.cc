#include "gateway/listener.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "asio/post.hpp"
#include "process/log.h"

namespace sallyport::gateway {
namespace {

constexpr std::chrono::milliseconds kPause(100);

}  // namespace

std::optional<uint64_t> Listener::RarelyLogged::Count() {
  ++unlogged_;
  const absl::Time now = absl::Now();
  if (now < next_) return std::nullopt;
  next_ = now + absl::Seconds(1);
  return std::exchange(unlogged_, 0);
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(
    const ClientContext& context, ConnectionLimits& limits,
    std::vector<std::unique_ptr<EventLoop>>& loops) {
  std::unique_ptr<Listener> listener(new Listener(context, limits, loops));
  asio::ip::tcp::acceptor& acceptor = listener->acceptor_;
  const Endpoint& wanted = context.listener.address;
  asio::error_code error;
  acceptor.open(wanted.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(wanted, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) listener->address_ = acceptor.local_endpoint(error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("listener '", context.listener.name,
                                               "' cannot listen on ", FormatEndpoint(wanted), ": ",
                                               error.message()));
  }
  return listener;
}

Listener::Listener(const ClientContext& context, ConnectionLimits& limits,
                   std::vector<std::unique_ptr<EventLoop>>& loops)
    : context_(context),
      limits_(limits),
      loops_(loops),
      acceptor_(loops.front()->context()),
      pause_(loops.front()->context()) {}

void Listener::Accept() {
  EventLoop& loop = *loops_[next_loop_];
  next_loop_ = (next_loop_ + 1) % loops_.size();
  acceptor_.async_accept(
      loop.context(), [this, &loop](const asio::error_code& error, asio::ip::tcp::socket socket) {
        if (!acceptor_.is_open()) return;
        OnAccept(loop, error, std::move(socket));
      });
}

void Listener::OnAccept(EventLoop& loop, const asio::error_code& error,
                        asio::ip::tcp::socket socket) {
  // A client that was gone before it was accepted is no trouble of ours.
  if (error && error != asio::error::connection_aborted) return Pause(error);
  std::optional<ConnectionSlot> slot = error ? std::nullopt : limits_.Admit();
  if (slot.has_value()) {
    asio::post(loop.context(), [&loop, &context = context_, socket = std::move(socket),
                                slot = *std::move(slot)]() mutable {
      ClientConnection::Start(loop, context, std::move(socket), std::move(slot));
    });
  } else if (!error) {
    if (const std::optional<uint64_t> count = refused_.Count()) {
      process::Log(process::LogLevel::kWarning, "connections refused: the limit is reached",
                   {{"listener", context_.listener.name},
                    {"limit", context_.limits.connections},
                    {"refused", *count}});
    }
  }
  Accept();
}

void Listener::Pause(const asio::error_code& error) {
  if (const std::optional<uint64_t> count = failed_.Count()) {
    process::Log(
        process::LogLevel::kError, "cannot accept",
        {{"listener", context_.listener.name}, {"error", error.message()}, {"failed", *count}});
  }
  pause_.expires_after(kPause);
  pause_.async_wait([this](const asio::error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) Accept();
  });
}

void Listener::Close() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace sallyport::gateway
