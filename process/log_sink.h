#ifndef SALLYPORT_PROCESS_LOG_SINK_H_
#define SALLYPORT_PROCESS_LOG_SINK_H_

// The end of the log's queue: writes lines to standard error, and a line of its
// own where lines were dropped before they came here. One thread writes; the
// rest is thread-safe.

#include <spdlog/sinks/sink.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::process {

class LogSink : public spdlog::sinks::sink {
 public:
  // LogSink asks `dropped` how many lines were dropped so far, in all.
  explicit LogSink(std::function<uint64_t()> dropped) : dropped_(std::move(dropped)) {}

  // WaitUntilWritten waits until `lines` lines were written or dropped, and
  // tells whether that came before `limit` had passed.
  bool WaitUntilWritten(uint64_t lines, absl::Duration limit);

  void log(const spdlog::details::log_msg& msg) override;
  void flush() override {}
  // The lines come formatted.
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  const std::function<uint64_t()> dropped_;
  uint64_t reported_dropped_ = 0;  // only touched by the thread that writes
  absl::Mutex mutex_;
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOG_SINK_H_
