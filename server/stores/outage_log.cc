#include "server/stores/outage_log.h"

#include "process/log.h"

namespace sallyport::server {

void OutageLog::Report(const absl::Status& status) {
  const bool down = !status.ok();
  // Read first: where nothing changes, threads share the line.
  if (down_.load(std::memory_order_relaxed) == down || down_.exchange(down) == down) return;
  if (down) {
    process::Log(process::LogLevel::kError, "credential store cannot be asked",
                 {{"store", where_}, {"error", status.message()}});
  } else {
    process::Log(process::LogLevel::kInfo, "credential store can be asked again",
                 {{"store", where_}});
  }
}

}  // namespace sallyport::server
