#include "audit/audit_event.h"

#include "audit/audit_fields.h"

namespace sallyport::audit {

void BoundTexts(AuditEvent* event) {
  std::visit(
      [](auto& record) {
        VisitFields(record, [&record](const char*, auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            if (value.size() <= kMaxAuditText) return;
            // Another string: the longer one's memory must not wait in the queue.
            value = std::string(value, 0, kMaxAuditText);
            record.truncated = true;
          }
        });
      },
      *event);
}

}  // namespace sallyport::audit
