#include "gateway/gateway.h"

#include <algorithm>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/post.hpp"
#include "gateway/tls_context.h"
#include "process/log.h"

namespace sallyport::gateway {

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Create(
    GatewayConfig config, std::unique_ptr<client::Authenticator> authenticator) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(config), std::move(authenticator)));
  if (absl::Status status = gateway->MakeLoops(); !status.ok()) return status;
  auto broker = LoadBroker(gateway->config_.broker);
  if (!broker.ok()) return broker.status();
  gateway->broker_ = *std::move(broker);
  if (absl::Status status = gateway->LoadListeners(); !status.ok()) return status;
  return gateway;
}

Gateway::Gateway(GatewayConfig config, std::unique_ptr<client::Authenticator> authenticator)
    : config_(std::move(config)),
      limits_(config_.limits.connections, config_.limits.connections_per_address),
      authenticator_(std::move(authenticator)) {}

absl::Status Gateway::MakeLoops() {
  const uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
  const uint64_t threads = config_.threads == 0 ? cores : config_.threads;
  try {
    for (uint64_t i = 0; i < threads; ++i) loops_.push_back(std::make_unique<EventLoop>());
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot make an event loop: ", error.what()));
  }
  return absl::OkStatus();
}

absl::Status Gateway::LoadListeners() {
  for (const ListenerConfig& listener : config_.listeners) {
    SslContextPtr tls;
    if (listener.tls.has_value()) {
      auto made = MakeListenerTls(*listener.tls);
      if (!made.ok()) {
        return absl::Status(made.status().code(), absl::StrCat("listener '", listener.name,
                                                               "': ", made.status().message()));
      }
      tls = *std::move(made);
    }
    contexts_.push_back({listener, tls.get(), config_.limits, *authenticator_, *broker_});
    listener_tls_.push_back(std::move(tls));
  }
  return absl::OkStatus();
}

absl::Status Gateway::Start() {
  for (const ClientContext& context : contexts_) {
    auto listener = Listener::Open(context, limits_, loops_);
    if (!listener.ok()) return listener.status();
    listeners_.push_back(*std::move(listener));
  }
  for (const std::unique_ptr<Listener>& listener : listeners_) {
    listener->Accept();
    process::Log(process::LogLevel::kInfo, "listening",
                 {{"listener", listener->context().listener.name},
                  {"address", FormatEndpoint(listener->address())},
                  {"tls", listener->context().tls != nullptr}});
  }
  asio::error_code is_a_name;
  asio::ip::make_address(config_.broker.address.host, is_a_name);
  for (const std::unique_ptr<EventLoop>& loop : loops_) {
    if (is_a_name) loop->PrepareResolver();
    loop->Start();
  }
  running_ = true;
  return absl::OkStatus();
}

std::map<std::string, Endpoint> Gateway::addresses() const {
  std::map<std::string, Endpoint> addresses;
  for (const std::unique_ptr<Listener>& listener : listeners_) {
    addresses[listener->context().listener.name] = listener->address();
  }
  return addresses;
}

void Gateway::StopAccepting() {
  if (!running_) return;
  std::promise<void> closed;
  asio::post(loops_.front()->context(), [&] {
    for (const std::unique_ptr<Listener>& listener : listeners_) listener->Close();
    closed.set_value();
  });
  closed.get_future().wait();
}

Gateway::~Gateway() {
  if (!running_) return;
  // First, so that no client comes to a loop that has ended.
  StopAccepting();
  for (const std::unique_ptr<EventLoop>& loop : loops_) loop->Stop();
  for (const std::unique_ptr<EventLoop>& loop : loops_) loop->Join();
}

}  // namespace sallyport::gateway
