#ifndef SALLYPORT_AUDIT_AUDIT_LINE_H_
#define SALLYPORT_AUDIT_AUDIT_LINE_H_

// An event as a line of JSON, in ASCII: docs/operations.md lists the fields. Pure.

#include <string>

#include "audit/audit_event.h"

namespace sallyport::audit {

// AppendAuditLine appends a JSON object and a newline. Empty texts, and what is absent,
// are left out. Bytes that are not UTF-8 are replaced by U+FFFD.
void AppendAuditLine(const AuditEvent& event, std::string* text);

}  // namespace sallyport::audit

#endif  // SALLYPORT_AUDIT_AUDIT_LINE_H_
