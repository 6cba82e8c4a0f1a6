#ifndef SALLYPORT_GATEWAY_GATEWAY_H_
#define SALLYPORT_GATEWAY_GATEWAY_H_

// The whole gateway: its event loops, its listeners and what they share. The
// methods are called by one thread, its owner's.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/authenticator.h"
#include "gateway/broker.h"
#include "gateway/client_connection.h"
#include "gateway/connection_limits.h"
#include "gateway/event_loop.h"
#include "gateway/gateway_config.h"
#include "gateway/listener.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

class Gateway {
 public:
  // Create loads the files that `config` names, and fails where one cannot be
  // used; the message names it. Nothing listens yet.
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(
      GatewayConfig config, std::unique_ptr<client::Authenticator> authenticator);

  // ~Gateway closes every connection.
  ~Gateway();

  // Start listens and accepts; Unavailable where an address cannot be had. Once.
  absl::Status Start();

  // addresses are those that Start listens on, by the listener's name.
  std::map<std::string, Endpoint> addresses() const;

  // connected is how many clients there are.
  uint64_t connected() const { return limits_.connected(); }

  // StopAccepting closes the listeners and returns once they are closed. The
  // connections go on.
  void StopAccepting();

 private:
  Gateway(GatewayConfig config, std::unique_ptr<client::Authenticator> authenticator);

  absl::Status MakeLoops();
  absl::Status LoadListeners();

  const GatewayConfig config_;
  ConnectionLimits limits_;
  // Before the authenticator, whose last callbacks post to them.
  std::vector<std::unique_ptr<EventLoop>> loops_;
  const std::unique_ptr<client::Authenticator> authenticator_;
  std::unique_ptr<Broker> broker_;
  std::vector<SslContextPtr> listener_tls_;
  // Not resized once loaded: clients refer to them.
  std::vector<ClientContext> contexts_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  bool running_ = false;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_GATEWAY_H_
