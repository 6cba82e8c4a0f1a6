#include "audit/audit_line.h"

#include <memory>
#include <span>

#include "absl/strings/str_cat.h"
#include "audit/audit_fields.h"
#include "core/amqp/sasl_code.h"
#include "process/json_string.h"

namespace sallyport::audit {
namespace {

// Appends ,"name":value for each field.
struct FieldAppender {
  std::string* text;

  void operator()(const char* name, const std::string& value) const {
    if (value.empty()) return;
    Name(name);
    process::AppendJsonString(value, text);
  }
  void operator()(const PolicyFieldNames& names,
                  const std::shared_ptr<const PolicyStamp>& policy) const {
    if (policy == nullptr) return;
    (*this)(names.version, policy->version);
    (*this)(names.hash, policy->hash);
  }
  void operator()(const char* name, bool value) const {
    Name(name);
    text->append(value ? "true" : "false");
  }
  void operator()(const char* name, absl::Duration value) const {
    Name(name);
    absl::StrAppend(text, absl::ToInt64Microseconds(value));
  }
  void operator()(const char* name, const std::optional<FailureReason>& value) const {
    if (value.has_value()) Word(name, ReasonName(*value));
  }
  void operator()(const char* name, amqp::SaslCode value) const {
    Word(name, amqp::SaslCodeName(value));
  }
  void operator()(const char* name, AuditAction value) const {
    Enum(name, value, kAuditActionNames);
  }
  void operator()(const char* name, ChangeOutcome value) const {
    Enum(name, value, kChangeOutcomeNames);
  }

 private:
  void Name(const char* name) const { absl::StrAppend(text, ",\"", name, "\":"); }
  void Word(const char* name, std::string_view word) const {
    Name(name);
    process::AppendJsonString(word, text);
  }
  template <typename Enumeration>
  void Enum(const char* name, Enumeration value, std::span<const std::string_view> names) const {
    const auto index = static_cast<size_t>(value);
    Word(name, index < names.size() ? names[index] : "unknown");
  }
};

}  // namespace

void AppendAuditLine(const AuditEvent& event, std::string* text) {
  std::visit(
      [text](const auto& record) {
        const bool login = std::is_same_v<std::decay_t<decltype(record)>, LoginRecord>;
        absl::StrAppend(text, "{\"time\":\"",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", record.time, absl::UTCTimeZone()),
                        "\",\"kind\":\"", std::string(login ? kLoginKind : kChangeKind), "\"");
        VisitFields(record, FieldAppender{text});
      },
      event);
  text->append("}\n");
}

}  // namespace sallyport::audit
