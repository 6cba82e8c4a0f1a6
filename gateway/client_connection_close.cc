#include <utility>

#include "core/amqp/sasl_code.h"
#include "core/sasl/failure_reason.h"
#include "gateway/client_connection.h"
#include "gateway/lingering_close.h"
#include "process/log.h"

namespace sallyport::gateway {

using process::Log;
using process::LogLevel;

void ClientConnection::LogRefused(const client::Outcome& outcome) const {
  Log(LogLevel::kInfo, "client refused",
      {{"listener", context_.listener.name},
       {"client", FormatEndpoint(addresses_.source)},
       {"handshake_id", outcome.handshake_id},
       {"code", amqp::SaslCodeName(outcome.code)},
       {"reason", outcome.reason.has_value() ? ReasonName(*outcome.reason) : ""},
       {"detail", outcome.detail},
       {"hostname", outcome.hostname}});
}

void ClientConnection::Drop(std::string_view why, bool silent) {
  // A health check or a port scan, which only connects, is not worth a line.
  Log(silent ? LogLevel::kDebug : LogLevel::kInfo, "client not authenticated",
      {{"listener", context_.listener.name},
       {"client", FormatEndpoint(addresses_.source)},
       {"why", why}});
  Close();
}

void ClientConnection::Close() {
  phase_ = Phase::kEnded;
  deadline_.cancel();
  if (relay_ != nullptr) std::exchange(relay_, nullptr)->Cancel();
  transport_->Close();
}

void ClientConnection::CloseGently(std::string last_words) {
  phase_ = Phase::kEnded;
  deadline_.cancel();
  // The slot is kept until the socket is closed.
  LingeringClose::Start(loop_, std::move(transport_), std::move(last_words),
                        [slot = std::move(slot_)] {});
}

}  // namespace sallyport::gateway
