#include "gateway/event_loop.h"

#include "asio/ip/tcp.hpp"
#include "asio/post.hpp"
#include "asio/steady_timer.hpp"

namespace sallyport::gateway {

Connection::Connection(EventLoop& loop) : loop_(loop) { loop.connections_.insert(this); }

Connection::~Connection() { loop_.connections_.erase(this); }

EventLoop::EventLoop()
    // One thread runs it: Asio leaves out the wake-ups between several.
    : context_(1), work_(asio::make_work_guard(context_)), scratch_(kScratchSize) {
  // Asio makes the parts of a context when they are first used, and throws where no descriptor is
  // left for them: that must not be when a client comes.
  asio::ip::tcp::socket socket(context_);
  asio::steady_timer timer(context_);
}

void EventLoop::PrepareResolver() {
  auto resolver = std::make_shared<asio::ip::tcp::resolver>(context_);
  resolver->async_resolve("127.0.0.1", "", asio::ip::tcp::resolver::numeric_host,
                          [resolver](const asio::error_code&, const auto&) {});
}

EventLoop::~EventLoop() { Join(); }

void EventLoop::Start() {
  thread_ = std::thread([this] { context_.run(); });
}

void EventLoop::Stop() {
  asio::post(context_, [this] {
    // An aborted connection may end another one, which then leaves the set.
    const std::vector<Connection*> all(connections_.begin(), connections_.end());
    for (Connection* connection : all) {
      if (connections_.contains(connection)) connection->Abort();
    }
    work_.reset();
  });
}

void EventLoop::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace sallyport::gateway
