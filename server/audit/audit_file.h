#ifndef SALLYPORT_SERVER_AUDIT_AUDIT_FILE_H_
#define SALLYPORT_SERVER_AUDIT_AUDIT_FILE_H_

// Where audit lines go: a file that is appended to, a FIFO, or standard output. Not
// thread-safe. The calling thread must block SIGPIPE and SIGXFSZ.

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sallyport::server {

class AuditFile {
 public:
  // AuditFile is for the file at `path`, or standard output where that is "-". Nothing
  // is opened yet.
  explicit AuditFile(std::string path) : path_(std::move(path)) {}
  ~AuditFile() { Close(); }
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // Open opens what is at the path now, and creates a file where there is none; what
  // was open is closed. The status says what cannot be opened, why, and what to do.
  // A last line that a crash has cut short is ended before anything is written.
  absl::Status Open();

  // Write writes `text`, which consists of whole lines or begins with the rest of one,
  // and adds to `written` the bytes that were, also where it fails. Cancelled where
  // `interrupt` becomes readable, or `deadline` has come, while it waits for a reader;
  // Unavailable where it cannot be written.
  absl::Status Write(std::string_view text, int interrupt, absl::Time deadline, size_t* written);

  bool is_open() const { return fd_ >= 0; }
  // Whether the last Open found the file that was open before.
  bool continued() const { return continued_; }
  const std::string& path() const { return path_; }

 private:
  void Close();
  bool EndsWithinALine() const;
  // How much of `text` can be written at a time without waiting for a reader.
  size_t ChunkOf(std::string_view text) const;
  // The error of a call.
  absl::Status Failed(const char* what, int error) const;

  const std::string path_;
  int fd_ = -1;
  bool regular_ = false;
  bool continued_ = false;
  bool torn_ = false;
  // Which file was opened last.
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_AUDIT_AUDIT_FILE_H_
