#ifndef SALLYPORT_AUDIT_AUDIT_READER_H_
#define SALLYPORT_AUDIT_AUDIT_READER_H_

// Reads the logins of an audit log, to see what another policy would have said of them.

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "audit/audit_event.h"

namespace sallyport::audit {

// ReadAuditLine is the login of a line, without its newline; nullopt where the line is
// of something else. InvalidArgument says what is wrong with a line that is none of the
// audit log's. Fields that are not known are passed over. Pure.
absl::StatusOr<std::optional<LoginRecord>> ReadAuditLine(std::string_view line);

// AuditReader reads a log from its beginning. Not thread-safe.
class AuditReader {
 public:
  // AuditReader keeps a reference to `log`.
  explicit AuditReader(std::istream& log) : log_(log) {}

  // Next is the next login, nullopt at the end. InvalidArgument is of one line, which
  // it names by number ("line 17: ..."): the next call goes on behind it.
  absl::StatusOr<std::optional<LoginRecord>> Next();

 private:
  std::istream& log_;
  uint64_t number_ = 0;
  std::string line_;
};

}  // namespace sallyport::audit

#endif  // SALLYPORT_AUDIT_AUDIT_READER_H_
