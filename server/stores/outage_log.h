#ifndef SALLYPORT_SERVER_STORES_OUTAGE_LOG_H_
#define SALLYPORT_SERVER_STORES_OUTAGE_LOG_H_

// Says in the log when a store can no longer be asked, and when it can again: once for
// each change, however many lookups notice. Thread-safe.

#include <atomic>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace sallyport::server {

class OutageLog {
 public:
  // `where` is how the log names the store, such as its file or its server.
  explicit OutageLog(std::string where) : where_(std::move(where)) {}

  // Report takes what came of asking the store.
  void Report(const absl::Status& status);

 private:
  const std::string where_;
  std::atomic<bool> down_ = false;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_OUTAGE_LOG_H_
