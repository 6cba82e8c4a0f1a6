#ifndef SALLYPORT_SERVER_AUDIT_AUDIT_LOG_H_
#define SALLYPORT_SERVER_AUDIT_AUDIT_LOG_H_

// The audit log: a line of JSON for each event, written by a thread of its own.
// Whoever reports an event never waits for it to be written, and no event is lost
// without a trace: who will have something to report takes a place in the queue before,
// and what there is no place for is refused, or counted. Thread-safe.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "audit/audit_event.h"
#include "server/audit/audit_file.h"

namespace sallyport::server {

// WhenFull is what is done while events cannot be kept: there are too many, or the file
// cannot be written.
enum class WhenFull : uint8_t {
  // Let nobody in: fail closed.
  kRefuse,
  // Go on, and count what is lost.
  kCount,
};

struct AuditOptions {
  // A path, or "-" for standard output. Empty: nothing is kept.
  std::string file;
  // Logins that may be under way or wait to be written.
  size_t queue = 65536;
  WhenFull when_full = WhenFull::kRefuse;
  // How long destroying the log may wait for what is to be written.
  absl::Duration flush_limit = absl::Seconds(5);
};

class AuditLog;

// AuditSlot is a place in the queue for one event; destroying it gives the place back.
// It must not outlive its log. Not thread-safe.
class AuditSlot {
 public:
  AuditSlot(AuditSlot&& other) noexcept : log_(std::exchange(other.log_, nullptr)) {}
  AuditSlot& operator=(AuditSlot&& other) noexcept;
  ~AuditSlot();

  // keeps is whether what is recorded is kept: false where nothing is, or where there was no
  // place.
  bool keeps() const { return log_ != nullptr; }

  // Record hands over the event, and does not wait. It uses the slot up; a slot that
  // stands for no place records nothing.
  void Record(audit::AuditEvent event) &&;

 private:
  friend class AuditLog;
  explicit AuditSlot(AuditLog* log) : log_(log) {}

  AuditLog* log_;
};

class AuditLog {
 public:
  // kChangePlaces are in the queue for changes alone, beside those of logins.
  static constexpr size_t kChangePlaces = 64;

  // Open fails where the file cannot be opened: the status says why, and what to do.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(AuditOptions options);

  // Destroying the log writes what was recorded, and no more than flush_limit long
  // where that is not possible. A file system that hangs is waited for.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Reserve takes a place for one event, before what it tells of begins. Nullopt:
  // there is none, and whatever it is must be refused. With WhenFull::kCount it is
  // never nullopt: the event is counted as dropped, and its slot stands for no place.
  std::optional<AuditSlot> Reserve();

  // ReserveForChange does likewise for a change that was made, or is asked for by whoever
  // may: logins, however many, cannot take up all of its places.
  std::optional<AuditSlot> ReserveForChange();

  // Reopen has the file opened anew by its name, soon: what is recorded from then on
  // goes there, and what was recorded before, to the old or the new one.
  void Reopen();

  struct Stats {
    uint64_t written = 0;
    uint64_t dropped = 0;
    // Logins and changes that were refused.
    uint64_t refused = 0;
    // Events that wait to be written, or may come.
    size_t queued = 0;
    // Whether the file cannot be written now.
    bool failing = false;
  };
  Stats stats() const;

  // lost is how many events there was no place for, or were not written before the end.
  uint64_t lost() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  friend class AuditSlot;
  using Events = std::vector<std::unique_ptr<audit::AuditEvent>>;

  explicit AuditLog(AuditOptions options);

  // Takes a place where fewer than `places` are taken.
  std::optional<AuditSlot> ReserveBelow(size_t places);
  std::optional<AuditSlot> Full();
  void Release(size_t slots) { taken_.fetch_sub(slots, std::memory_order_relaxed); }
  void Record(audit::AuditEvent event);
  void Wake();

  // What follows runs on the thread.
  void Run();
  // Moves what was recorded to `events`; false where there is nothing.
  bool Take(Events* events);
  void WaitForWake(absl::Duration limit);
  void WriteEvents(Events* events);
  // Writes the text, which holds `events` lines; they are dropped where the log is
  // closed before that was possible.
  void WriteText(size_t events);
  void Rotate();
  void Failed(const absl::Status& status);
  void Works();
  bool GivesUp();

  const AuditOptions options_;
  const int wake_fd_;
  std::atomic<size_t> taken_ = 0;
  std::atomic<bool> failing_ = false;
  // Whether events are refused or dropped; logged when it changes.
  std::atomic<bool> full_ = false;
  std::atomic<bool> reopen_ = false;
  std::atomic<bool> closing_ = false;
  std::atomic<uint64_t> written_ = 0, dropped_ = 0, refused_ = 0;

  absl::Mutex mutex_;
  // With room for as many as can be, so that adding one takes no longer than another.
  Events recorded_ ABSL_GUARDED_BY(mutex_);
  // Whether the thread sleeps until it is woken.
  bool idle_ ABSL_GUARDED_BY(mutex_) = false;

  AuditFile file_;
  // Lines, of which the first `offset_` bytes are written.
  std::string text_;
  size_t offset_ = 0;
  std::optional<absl::Time> give_up_at_;
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_AUDIT_AUDIT_LOG_H_
