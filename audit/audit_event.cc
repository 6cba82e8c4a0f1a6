#include "audit/audit_event.h"

#include <functional>
#include <memory>
#include <string>

#include "audit/audit_fields.h"

namespace sallyport::audit {

namespace {

// Cuts one field after the other.
struct FieldBounder {
  bool cut = false;

  template <typename Name, typename Value>
  void operator()(const Name&, Value& value) {
    if constexpr (std::is_same_v<Value, std::string>) {
      if (value.size() <= kMaxAuditText) return;
      // Another string: the longer one's memory must not wait in the queue.
      value = std::string(value, 0, kMaxAuditText);
      cut = true;
    } else if constexpr (std::is_same_v<Value, std::shared_ptr<const PolicyStamp>>) {
      if (value == nullptr || value->version.size() <= kMaxAuditText) return;
      value = std::make_shared<const PolicyStamp>(
          PolicyStamp{.version = value->version.substr(0, kMaxAuditText), .hash = value->hash});
      cut = true;
    }
  }
};

}  // namespace

void BoundTexts(AuditEvent* event) {
  std::visit(
      [](auto& record) {
        FieldBounder bounder;
        VisitFields(record, std::ref(bounder));
        record.truncated = record.truncated || bounder.cut;
      },
      *event);
}

}  // namespace sallyport::audit
