#include "server/audit/audit_log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "audit/audit_line.h"
#include "process/log.h"
#include "process/signals.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

// How much is formatted before it is written.
constexpr size_t kTextSize = 256 << 10;
// After it has written, the thread lets events gather, so that few of them have to wake it.
constexpr absl::Duration kGather = absl::Milliseconds(2);
constexpr absl::Duration kRetry = absl::Milliseconds(250);

}  // namespace

AuditSlot& AuditSlot::operator=(AuditSlot&& other) noexcept {
  if (this == &other) return *this;
  if (log_ != nullptr) log_->Release(1);
  log_ = std::exchange(other.log_, nullptr);
  return *this;
}

AuditSlot::~AuditSlot() {
  if (log_ != nullptr) log_->Release(1);
}

void AuditSlot::Record(audit::AuditEvent event) && {
  if (AuditLog* const log = std::exchange(log_, nullptr)) log->Record(std::move(event));
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(AuditOptions options) {
  std::unique_ptr<AuditLog> log(new AuditLog(std::move(options)));
  if (log->options_.file.empty()) return log;
  if (log->wake_fd_ < 0) return absl::UnavailableError("cannot make an eventfd for the audit log");
  if (absl::Status status = log->file_.Open(); !status.ok()) return status;
  log->thread_ = std::thread([log = log.get()] { log->Run(); });
  return log;
}

AuditLog::AuditLog(AuditOptions options)
    : options_(std::move(options)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      file_(options_.file) {
  if (!options_.file.empty()) recorded_.reserve(options_.queue + kChangePlaces);
}

AuditLog::~AuditLog() {
  closing_.store(true);
  Wake();
  if (thread_.joinable()) thread_.join();
  if (wake_fd_ >= 0) close(wake_fd_);
  if (lost() == 0) return;
  process::Log(LogLevel::kError, "audit events were lost since the start",
               {{"file", options_.file}, {"lost", lost()}});
}

std::optional<AuditSlot> AuditLog::Reserve() { return ReserveBelow(options_.queue); }

std::optional<AuditSlot> AuditLog::ReserveForChange() {
  return ReserveBelow(options_.queue + kChangePlaces);
}

std::optional<AuditSlot> AuditLog::ReserveBelow(size_t places) {
  if (options_.file.empty()) return AuditSlot(nullptr);
  const bool closed =
      options_.when_full == WhenFull::kRefuse && failing_.load(std::memory_order_relaxed);
  if (closed) return Full();
  if (taken_.fetch_add(1, std::memory_order_relaxed) < places) return AuditSlot(this);
  Release(1);
  return Full();
}

std::optional<AuditSlot> AuditLog::Full() {
  const bool refuse = options_.when_full == WhenFull::kRefuse;
  (refuse ? refused_ : dropped_).fetch_add(1, std::memory_order_relaxed);
  if (!full_.load(std::memory_order_relaxed) && !full_.exchange(true)) {
    process::Log(LogLevel::kError,
                 refuse ? "audit log takes no more events: nobody is let in"
                        : "audit log takes no more events: they are lost",
                 {{"file", options_.file}, {"queue", options_.queue}});
  }
  if (refuse) return std::nullopt;
  return AuditSlot(nullptr);
}

void AuditLog::Record(audit::AuditEvent event) {
  audit::BoundTexts(&event);
  auto owned = std::make_unique<audit::AuditEvent>(std::move(event));
  bool wake = false;
  {
    absl::MutexLock lock(&mutex_);
    recorded_.push_back(std::move(owned));
    wake = std::exchange(idle_, false);
  }
  if (wake) Wake();
}

void AuditLog::Reopen() {
  reopen_.store(true);
  Wake();
}

void AuditLog::Wake() { eventfd_write(wake_fd_, 1); }

AuditLog::Stats AuditLog::stats() const {
  return {.written = written_.load(std::memory_order_relaxed),
          .dropped = dropped_.load(std::memory_order_relaxed),
          .refused = refused_.load(std::memory_order_relaxed),
          .queued = taken_.load(std::memory_order_relaxed),
          .failing = failing_.load(std::memory_order_relaxed)};
}

void AuditLog::Run() {
  // A reader that is gone, and a file that has grown too large, are errors of a write.
  const process::BlockedSignals blocked({SIGPIPE, SIGXFSZ});
  Events events;
  events.reserve(options_.queue + kChangePlaces);
  while (true) {
    // Read first: what was recorded before the log was closed is written.
    const bool closing = closing_.load();
    if (reopen_.exchange(false) || !file_.is_open()) Rotate();
    if (Take(&events)) {
      WriteEvents(&events);
      if (!closing) WaitForWake(kGather);
    } else if (closing) {
      return;
    } else {
      WaitForWake(file_.is_open() ? absl::InfiniteDuration() : kRetry);
    }
  }
}

bool AuditLog::Take(Events* events) {
  absl::MutexLock lock(&mutex_);
  recorded_.swap(*events);
  idle_ = events->empty();
  return !idle_;
}

void AuditLog::WaitForWake(absl::Duration limit) {
  pollfd wake = {.fd = wake_fd_, .events = POLLIN};
  const bool forever = limit == absl::InfiniteDuration();
  poll(&wake, 1, forever ? -1 : static_cast<int>(absl::ToInt64Milliseconds(limit)));
  eventfd_t ignored = 0;
  eventfd_read(wake_fd_, &ignored);
}

void AuditLog::WriteEvents(Events* events) {
  size_t lines = 0;
  for (std::unique_ptr<audit::AuditEvent>& event : *events) {
    audit::AppendAuditLine(*event, &text_);
    event.reset();
    ++lines;
    if (text_.size() < kTextSize) continue;
    WriteText(std::exchange(lines, 0));
  }
  events->clear();
  WriteText(lines);
}

void AuditLog::WriteText(size_t events) {
  while (offset_ < text_.size()) {
    if (reopen_.exchange(false) || !file_.is_open()) Rotate();
    const bool gives_up = GivesUp();
    if (file_.is_open()) {
      const absl::Time deadline = give_up_at_.value_or(absl::InfiniteFuture());
      const absl::Status status =
          file_.Write(std::string_view(text_).substr(offset_), wake_fd_, deadline, &offset_);
      if (status.ok()) break;
      if (!absl::IsCancelled(status)) Failed(status);
    }
    if (gives_up) break;
    WaitForWake(failing_.load() ? kRetry : absl::ZeroDuration());
  }
  const bool all = offset_ == text_.size();
  (all ? written_ : dropped_).fetch_add(events, std::memory_order_relaxed);
  Release(events);
  text_.clear();
  offset_ = 0;
  if (all) return Works();
  process::Log(LogLevel::kError, "audit events lost as the service ends",
               {{"file", options_.file}, {"lost", events}});
}

bool AuditLog::GivesUp() {
  if (!closing_.load()) return false;
  if (!give_up_at_.has_value()) give_up_at_ = absl::Now() + options_.flush_limit;
  return absl::Now() >= *give_up_at_;
}

void AuditLog::Rotate() {
  if (file_.is_open() && offset_ > 0 && text_[offset_ - 1] != '\n') {
    // The line that is begun ends where it began, if that is possible.
    const size_t end = text_.find('\n', offset_) + 1;
    file_
        .Write(std::string_view(text_).substr(offset_, end - offset_), wake_fd_, absl::Now(),
               &offset_)
        .IgnoreError();
  }
  if (absl::Status status = file_.Open(); !status.ok()) return Failed(status);
  // A write that succeeds would say so, and nobody may have anything to write.
  if (text_.empty()) Works();
  if (file_.continued()) return;
  // A begun line is written anew: another file does not hold its beginning.
  while (offset_ > 0 && text_[offset_ - 1] != '\n') --offset_;
}

void AuditLog::Failed(const absl::Status& status) {
  if (failing_.exchange(true)) return;
  process::Log(
      LogLevel::kError, "audit log cannot be written",
      {{"error", status.message()}, {"refuses_logins", options_.when_full == WhenFull::kRefuse}});
}

void AuditLog::Works() {
  if (failing_.exchange(false)) {
    process::Log(LogLevel::kWarning, "audit log is written again", {{"file", options_.file}});
  }
  if (full_.load(std::memory_order_relaxed) && taken_.load() <= options_.queue / 2 &&
      full_.exchange(false)) {
    process::Log(
        LogLevel::kWarning, "audit log takes events again",
        {{"file", options_.file}, {"dropped", dropped_.load()}, {"refused", refused_.load()}});
  }
}

}  // namespace sallyport::server
